import { Button, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { objectToEmergency } from '../api/salus'
import type { AccessItem } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import classes from './Emergency.module.css'
import { reviewsQuery } from './queries'
import { kinds, reasons } from './words'

/** Who opened the emergency view without being asked, why, and what they read. */
export function Reviews({ personId }: { personId: string }) {
  const reviews = useQuery(reviewsQuery(personId))
  return (
    <Sheet title="Who opened it in an emergency">
      <Loaded query={reviews} shape={<Shape rows={1} />}>
        {(all) =>
          all.length === 0 ? (
            <p className={`${classes.inside} muted`}>Nobody has. If a doctor or helper ever does, you are told at once, and see here what they read.</p>
          ) : (
            <Rows label="Emergencies">
              {all.map((access) => (
                <Review key={access.id} personId={personId} access={access} />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Sheet>
  )
}

function Review({ personId, access }: { personId: string; access: AccessItem }) {
  const read = (access.read ?? []).map((item) => (item.type ? (kinds[item.type] ?? item.type) : 'several things'))
  return (
    <>
      <Row
        icon="shield"
        title={access.who}
        status={access.isOpen ? <Tag tone="attention">open now</Tag> : undefined}
        detail={
          <>
            {reasons[access.reason]}: “{access.reasonText}”. {read.length > 0 ? `Read: ${[...new Set(read)].join(', ')}.` : 'Nothing was read.'}
            {access.note && ` Their note: “${access.note}”.`}
            {access.objection && ' You said that it was not right; it is being looked at.'}
          </>
        }
        when={`${moment(access.openedAt)} to ${moment(access.endedAt ?? access.expiresAt)}`}
      />
      {!access.objection && (
        <li>
          <Objection personId={personId} access={access} />
        </li>
      )}
    </>
  )
}

function Objection({ personId, access }: { personId: string; access: AccessItem }) {
  const queryClient = useQueryClient()
  const [writing, setWriting] = useState(false)
  const [words, setWords] = useState('')
  const object = useMutation({
    mutationFn: () => objectToEmergency(personId, access.id, { objection: words.trim() }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: reviewsQuery(personId).queryKey }),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    object.mutate()
  }
  if (!writing) {
    return (
      <p className={classes.openings}>
        <Button variant="subtle" onClick={() => setWriting(true)} aria-label={`Say that what ${access.who} did was not right`}>
          This was not right
        </Button>
      </p>
    )
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <Textarea
        label="What was not right?"
        description="The person who runs this Salus reads it and looks into it."
        value={words}
        maxLength={2000}
        autosize
        minRows={2}
        onChange={(event) => setWords(event.currentTarget.value)}
        error={object.isError && 'It was not sent. Try again.'}
      />
      <Button type="submit" disabled={words.trim().length < 5} loading={object.isPending}>
        Send
      </Button>
    </form>
  )
}
