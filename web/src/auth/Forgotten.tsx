import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState, type FormEvent } from 'react'
import { requestPasswordReset } from '../api/salus'
import { Failure } from '../app/transport'
import { Brand } from '../ui/Brand'
import classes from './SignIn.module.css'

/** Asks for a link to a new password. Whether there is such an account is not told. */
export default function Forgotten() {
  const [email, setEmail] = useState('')
  const ask = useMutation({ mutationFn: () => requestPasswordReset({ email: email.trim() }) })
  useEffect(() => {
    document.title = 'Forgotten password · Salus'
  }, [])
  function submit(event: FormEvent) {
    event.preventDefault()
    ask.mutate()
  }
  return (
    <main className={classes.screen} id="content">
      <div className={classes.inside}>
        <Brand large />
        <h1 className={classes.title}>Forgotten password</h1>
        {ask.isSuccess ? (
          <p role="status">If there is an account with this address, a link is on its way to it. It is good for half an hour.</p>
        ) : (
          <form className={classes.form} onSubmit={submit}>
            <TextInput label="E-mail" type="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
            {ask.isError && <p role="alert">{wordsFor(ask.error)}</p>}
            <Button type="submit" loading={ask.isPending} disabled={!email.trim()} fullWidth>
              Send me a link
            </Button>
          </form>
        )}
        <Link to="/sign-in" search={{}}>
          Back to the sign-in
        </Link>
      </div>
    </main>
  )
}

function wordsFor(error: unknown): string {
  const status = error instanceof Failure ? error.status : undefined
  if (status === 409) return 'This Salus sends no e-mail. The person who runs it can give you a new password.'
  if (status === 429) return 'That was asked for several times already. Wait a while, then try again.'
  return 'That could not be asked for just now. Try again in a moment.'
}
