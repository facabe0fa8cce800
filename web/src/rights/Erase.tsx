import { Button, Checkbox, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { callOffErasure, requestErasure } from '../api/salus'
import type { Erasure, ErasurePreview } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { moment } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { erasureQuery } from './queries'
import { size } from './size'
import classes from './Rights.module.css'

/** The end of a record: what it would do, and the name to type. */
export function Erase({ personId }: { personId: string }) {
  const preview = useQuery(erasureQuery(personId))
  return (
    <Sheet title="Erase it">
      <Loaded query={preview} shape={<Shape rows={2} />}>
        {(answer) =>
          answer.pending ? (
            <Pending personId={personId} erasure={answer.pending} />
          ) : (
            <Confirm personId={personId} preview={answer} />
          )
        }
      </Loaded>
    </Sheet>
  )
}

function Confirm({ personId, preview }: { personId: string; preview: ErasurePreview }) {
  const navigate = useNavigate()
  const [confirmation, setConfirmation] = useState('')
  const [closeAccount, setCloseAccount] = useState(false)
  const [redactMentions, setRedactMentions] = useState(false)
  const erase = useMutation({
    mutationFn: () => requestErasure(personId, { confirmation, closeAccount, redactMentions }),
    // The receipt stays behind the #: browsers send that part to nobody.
    onSuccess: ({ erasure, receipt }) =>
      navigate({ to: '/erasures/$erasureId', params: { erasureId: erasure.id }, hash: receipt, replace: true }),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    erase.mutate()
  }
  const problem = erase.error instanceof Failure ? erase.error : undefined
  return (
    <form className={classes.inside} onSubmit={submit}>
      <p>This cannot be undone. What will happen:</p>
      <ul>
        <li>
          {count(preview.resources, 'entry', 'entries')} in {count(preview.versions, 'version')} and{' '}
          {count(preview.files, 'file')} ({size(preview.fileBytes)}) go, with the key that opens them.
        </li>
        <li>No copy of the data can be opened any more, not even one from before.</li>
        <li>The list of accesses stays, as the law asks. It does not name you.</li>
        {preview.mentions > 0 && <li>{count(preview.mentions, 'entry', 'entries')} of others mention you, and stay.</li>}
        <li>
          {preview.coolingOffHours > 0
            ? `It waits ${count(preview.coolingOffHours, 'hour')}, in which you can call it off.`
            : 'It is done at once.'}
        </li>
      </ul>
      {preview.mentions > 0 && (
        <Checkbox
          label="Blacken where others mention you"
          checked={redactMentions}
          onChange={(event) => setRedactMentions(event.currentTarget.checked)}
        />
      )}
      {preview.mayCloseAccount && (
        <Checkbox label="Also close my account" checked={closeAccount} onChange={(event) => setCloseAccount(event.currentTarget.checked)} />
      )}
      <TextInput
        label={`Type the name to confirm: ${preview.confirmation}`}
        value={confirmation}
        autoComplete="off"
        onChange={(event) => setConfirmation(event.currentTarget.value)}
        error={problem?.about('confirmation') ?? (erase.isError && (problem?.detail ?? 'Nothing was erased. Try again.'))}
      />
      <Button type="submit" color="danger" leftSection={<Icon name="bin" />} disabled={confirmation.trim() !== preview.confirmation} loading={erase.isPending}>
        Erase this record
      </Button>
    </form>
  )
}

function Pending({ personId, erasure }: { personId: string; erasure: Erasure }) {
  const queryClient = useQueryClient()
  const callOff = useMutation({
    mutationFn: () => callOffErasure(erasure.id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: erasureQuery(personId).queryKey }),
  })
  return (
    <Rows label="An erasure that was asked for">
      <Row
        icon="clock"
        title="This record is going to be erased"
        detail={callOff.isError ? 'It could not be called off: it may have begun.' : `Not before ${moment(erasure.notBefore)}`}
        when={`asked for ${moment(erasure.requestedAt)}`}
        action={
          <Button variant="default" loading={callOff.isPending} onClick={() => callOff.mutate()}>
            Call it off
          </Button>
        }
      />
    </Rows>
  )
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`
}
