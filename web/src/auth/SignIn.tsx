import { Button, PasswordInput, TextInput } from '@mantine/core'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { Failure } from '../app/transport'
import { Brand } from '../ui/Brand'
import { Icon } from '../ui/icons'
import { useSignIn } from './session'
import classes from './SignIn.module.css'

const route = getRouteApi('/sign-in')

export default function SignIn() {
  const router = useRouter()
  const { to } = route.useSearch()
  const signIn = useSignIn()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const problem = useRef<HTMLParagraphElement>(null)

  useEffect(() => {
    document.title = 'Sign in · Salus'
  }, [])
  useEffect(() => {
    if (signIn.isError) problem.current?.focus()
  }, [signIn.isError, signIn.failureCount])

  function submit(event: FormEvent) {
    event.preventDefault()
    signIn.mutate({ email: email.trim(), password }, { onSuccess: () => router.history.push(to ?? '/') })
  }

  return (
    <main className={classes.screen} id="content">
      <div className={classes.inside}>
        <Brand large />
        <div>
          <h1 className={classes.title}>Sign in</h1>
          <p className="muted">Your health record, in one place, under your keys.</p>
        </div>
        <form className={classes.form} onSubmit={submit} noValidate>
          {signIn.isError && (
            <p ref={problem} tabIndex={-1} role="alert" className={classes.problem}>
              <Icon name="warning" />
              <span>{wordsFor(signIn.error)}</span>
            </p>
          )}
          <TextInput
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            required
            withAsterisk={false}
            data-autofocus
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', size: 32 }}
          />
          <Button type="submit" loading={signIn.isPending} fullWidth>
            Sign in
          </Button>
        </form>
        <p className={classes.foot}>
          <Icon name="lock" size={18} />
          No account, or a lost password? The person who runs this Salus can help.
        </p>
      </div>
    </main>
  )
}

/** Never says which of the two was wrong. */
function wordsFor(error: unknown): string {
  const status = error instanceof Failure ? error.status : undefined
  if (status === 429) return 'Too many tries. Wait a minute, then try again.'
  if (status === 0) return 'Salus does not answer. Check that you are connected, then try again.'
  if (status !== undefined && status >= 400 && status < 500) {
    return 'This e-mail and password do not belong together. Check both and try again.'
  }
  return 'Salus could not sign you in just now. Nothing was changed. Try again in a moment.'
}
