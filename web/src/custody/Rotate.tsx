import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { rotateMasterKey, rotatePersonKey } from '../api/salus'
import { Failure } from '../app/transport'
import { Confirm } from '../ui/Confirm'
import { Sheet } from '../ui/Sheet'
import classes from './Keys.module.css'
import { keysQuery } from './queries'

/** Asks once, and changes the master key. */
export function RotateMaster({ busy }: { busy: boolean }) {
  const queryClient = useQueryClient()
  const [asking, setAsking] = useState(false)
  const rotate = useMutation({
    mutationFn: () => rotateMasterKey(),
    onSuccess: () => {
      setAsking(false)
      return queryClient.invalidateQueries({ queryKey: keysQuery.queryKey })
    },
  })
  return (
    <>
      <Button disabled={busy} onClick={() => setAsking(true)}>
        Change the master key
      </Button>
      {asking && (
        <Confirm
          title="Change the master key"
          act="Change it"
          busy={rotate.isPending}
          problem={rotate.isError ? why(rotate.error, 'The key service does not answer. Nothing has changed; try again later.') : undefined}
          onConfirm={() => rotate.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>
            Every data key is wrapped anew while everybody goes on working. The master key before opens nothing afterwards: make a
            new offline copy of the key file, and destroy the old copies of it and of keys.db.
          </p>
        </Confirm>
      )}
    </>
  )
}

/** Gives one person a fresh key. */
export function RotatePerson() {
  const queryClient = useQueryClient()
  const [person, setPerson] = useState('')
  const rotate = useMutation({
    mutationFn: () => rotatePersonKey({ person: person.trim() }),
    onSuccess: () => {
      setPerson('')
      return queryClient.invalidateQueries({ queryKey: keysQuery.queryKey })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    rotate.mutate()
  }
  return (
    <Sheet title="A fresh key for one person">
      <form className={classes.inside} onSubmit={submit}>
        <p className="muted">
          Where somebody may know a person's key: everything of theirs is sealed anew, and the old key is destroyed. What exactly
          was looked at until now can no longer be read in the audit then; that somebody looked stays.
        </p>
        <TextInput
          label="Person"
          description="The id of the record"
          value={person}
          onChange={(event) => setPerson(event.currentTarget.value)}
          error={rotate.isError && why(rotate.error, 'It could not be asked for. Nothing has changed; try again.')}
        />
        <Button type="submit" variant="default" disabled={!person.trim()} loading={rotate.isPending}>
          Give a fresh key
        </Button>
      </form>
    </Sheet>
  )
}

function why(error: unknown, otherwise: string): string {
  return error instanceof Failure && error.status < 500 && error.detail ? error.detail : otherwise
}
