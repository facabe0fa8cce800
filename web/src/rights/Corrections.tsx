import { Button, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { requestCorrection } from '../api/salus'
import type { Correction } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { correctionsQuery } from './queries'
import classes from './Rights.module.css'

/** What a person said is wrong, and what became of it. */
export function Corrections({ personId }: { personId: string }) {
  const corrections = useQuery(correctionsQuery)
  const { entry } = useSearch({ from: '/app/people/$personId/privacy/data' })
  return (
    <Sheet title="Have it corrected">
      {entry ? (
        <Wrong personId={personId} entry={entry} />
      ) : (
        <div className={classes.inside}>
          <p className="muted">
            What you wrote yourself you can change yourself. For anything else, open the source of the entry and choose “Something
            is wrong here”. Somebody who looks after your record decides, and tells you why.
          </p>
        </div>
      )}
      <Loaded query={corrections} shape={<Shape rows={1} />}>
        {(all) => {
          const own = all.filter((one) => one.person === personId)
          return (
            own.length > 0 && (
              <Rows label="Corrections asked for">
                {own.map((one) => (
                  <CorrectionRow key={one.id} one={one} />
                ))}
              </Rows>
            )
          )
        }}
      </Loaded>
    </Sheet>
  )
}

function Wrong({ personId, entry }: { personId: string; entry: string }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [wrong, setWrong] = useState('')
  const [proposed, setProposed] = useState('')
  const close = () => void navigate({ to: '/people/$personId/privacy/data', params: { personId }, search: {}, replace: true })
  const ask = useMutation({
    mutationFn: () => requestCorrection(personId, { entry, wrong: wrong.trim(), proposed: proposed.trim() }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: correctionsQuery.queryKey })
      close()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    ask.mutate()
  }
  return (
    <form className={classes.inside} onSubmit={submit}>
      <p className="muted">About the entry {entry}.</p>
      <Textarea label="What is wrong" autosize minRows={2} maxLength={4000} value={wrong} onChange={(event) => setWrong(event.currentTarget.value)} />
      <Textarea label="What it should say" autosize minRows={2} maxLength={4000} value={proposed} onChange={(event) => setProposed(event.currentTarget.value)} />
      {ask.isError && <p role="alert">It could not be sent. What you wrote is still here; try again.</p>}
      <div className={classes.pair}>
        <Button type="submit" disabled={!wrong.trim()} loading={ask.isPending}>
          Ask for a correction
        </Button>
        <Button variant="subtle" onClick={close}>
          Leave it
        </Button>
      </div>
    </form>
  )
}

function CorrectionRow({ one }: { one: Correction }) {
  const status = one.decision ? <Tag>{one.decision === 'accepted' ? 'accepted' : 'declined'}</Tag> : <Tag tone="attention">open</Tag>
  return (
    <Row
      icon="page"
      title={one.wrong}
      status={status}
      detail={one.reason ?? (one.proposed && `Should say: ${one.proposed}`)}
      when={one.decidedAt ? `decided ${moment(one.decidedAt)}` : `asked ${moment(one.requestedAt)}`}
    />
  )
}
