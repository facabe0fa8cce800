import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState, type FormEvent } from 'react'
import { setForgottenPassword } from '../api/salus'
import { Failure } from '../app/transport'
import { Brand } from '../ui/Brand'
import classes from './SignIn.module.css'

const SHORTEST = 12

/** The place that the link in an e-mail leads to: a new password. */
export default function NewPassword() {
  const [token] = useState(() => location.hash.slice(1))
  const [password, setPassword] = useState('')
  const set = useMutation({ mutationFn: () => setForgottenPassword({ token, newPassword: password }) })
  useEffect(() => {
    document.title = 'A new password · Salus'
    // The link must not stay in the history of a shared computer.
    history.replaceState(history.state, '', location.pathname)
  }, [])
  const wrong = set.error instanceof Failure ? set.error : undefined
  function submit(event: FormEvent) {
    event.preventDefault()
    set.mutate()
  }
  return (
    <main className={classes.screen} id="content">
      <div className={classes.inside}>
        <Brand large />
        <h1 className={classes.title}>A new password</h1>
        {set.isSuccess ? (
          <p role="status">The new password holds. Every place was signed out.</p>
        ) : (
          <form className={classes.form} onSubmit={submit}>
            <PasswordInput
              label="Your new password"
              description={`At least ${SHORTEST} characters. A few words are better than signs.`}
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              error={wrong?.about('newPassword')}
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', size: 32 }}
            />
            {set.isError && !wrong?.about('newPassword') && (
              <p role="alert">
                {wrong?.status === 404 ? 'This link was used, or is older than half an hour. Ask for another one.' : 'It could not be set. Try again in a moment.'}
              </p>
            )}
            <Button type="submit" loading={set.isPending} disabled={password.length < SHORTEST} fullWidth>
              Set the password
            </Button>
          </form>
        )}
        <Link to="/sign-in" search={{}}>
          To the sign-in
        </Link>
      </div>
    </main>
  )
}
