import { Button, PasswordInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { changePassword } from '../api/salus'
import { Failure } from '../app/transport'
import { Sheet } from '../ui/Sheet'
import { sessionsQuery, tokensQuery } from './queries'
import classes from './Me.module.css'

const SHORTEST = 12

export function Password() {
  const queryClient = useQueryClient()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation({
    mutationFn: () => changePassword({ currentPassword: current, newPassword: next }),
    onSuccess: () => {
      setCurrent('')
      setNext('')
      void queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey })
      void queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    change.mutate()
  }
  const wrong = change.error instanceof Failure ? change.error : undefined
  const missing = change.isError && !wrong?.fields.length
  return (
    <Sheet title="Password">
      <form className={classes.form} onSubmit={submit}>
        <PasswordInput
          label="The password you use now"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          error={wrong?.about('currentPassword')}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', size: 32 }}
        />
        <PasswordInput
          label="The new one"
          description={`At least ${SHORTEST} characters. A few words are better than signs.`}
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          error={wrong?.about('newPassword') ?? (missing && 'It could not be changed. The old one still holds; try again.')}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the new password', size: 32 }}
        />
        <Button type="submit" variant="default" disabled={!current || next.length < SHORTEST} loading={change.isPending}>
          Change the password
        </Button>
        <p role="status" className={change.isSuccess ? classes.done : 'muted small'}>
          {change.isSuccess
            ? 'The new password holds. Every other place was signed out, and all keys were taken back.'
            : 'Changing it signs out every other place and takes back all keys for programs.'}
        </p>
      </form>
    </Sheet>
  )
}
