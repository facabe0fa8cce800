import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { askPasskey, askSecondStepPasskey, sendSecondStepCode, signInWithPasskey, takeSecondStep } from '../api/salus'
import type { SecondStep, Session } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { Brand } from '../ui/Brand'
import { Icon } from '../ui/icons'
import { Problem } from '../ui/Problem'
import { Shape } from '../ui/States'
import { canUsePasskeys, isGivenUp, showPasskey } from './passkeys'
import { Providers } from './Providers'
import { wordsForProvider } from './providerWords'
import { secondStepQuery } from './queries'
import { isHalfOpen, useEnter, useSignIn } from './session'
import { ShowFactor, type Ways } from './ShowFactor'
import classes from './SignIn.module.css'

const route = getRouteApi('/sign-in')

const secondStep: Ways = {
  show: (shown) => takeSecondStep(shown),
  sendCode: (method) => sendSecondStepCode({ method }),
  askPasskey: () => askSecondStepPasskey(),
}

export default function SignIn() {
  const router = useRouter()
  const { to, step, problem } = route.useSearch()
  const navigate = route.useNavigate()
  const enter = useEnter()
  const [typed, setTyped] = useState<SecondStep>()
  const returned = useQuery({ ...secondStepQuery, enabled: step === 'second' && !typed })
  const half = typed ?? returned.data
  const goOn = () => router.history.push(to ?? '/')
  function beginAgain() {
    setTyped(undefined)
    void navigate({ search: { to }, replace: true })
  }

  useEffect(() => {
    document.title = 'Sign in · Salus'
  }, [])

  return (
    <main className={classes.screen} id="content">
      <div className={classes.inside}>
        <Brand large />
        <div>
          <h1 className={classes.title}>{half ? 'The second step' : 'Sign in'}</h1>
          <p className="muted">{half ? `${typed ? 'Your password is right.' : 'The other provider knows you.'} Show one thing more.` : 'Your health record, in one place, under your keys.'}</p>
        </div>
        {half ? (
          <div className={classes.form}>
            <ShowFactor
              factors={half.factors}
              ways={secondStep}
              onDone={(session) => {
                enter(session as Session)
                goOn()
              }}
            />
            <Button variant="subtle" onClick={beginAgain}>
              Begin again
            </Button>
          </div>
        ) : returned.isLoading ? (
          <div className={classes.form} role="status">
            <span className="unseen">Loading</span>
            <Shape rows={2} />
          </div>
        ) : (
          <FirstStep problem={wordsForProvider(returned.isError ? 'over' : problem, 'sign-in')} to={to} onHalfOpen={setTyped} onDone={goOn} />
        )}
      </div>
    </main>
  )
}

interface FirstStepProps {
  /** What went wrong at another provider. */
  problem?: string
  to?: string
  onHalfOpen: (step: SecondStep) => void
  onDone: () => void
}

function FirstStep({ problem: before, to, onHalfOpen, onDone }: FirstStepProps) {
  const signIn = useSignIn()
  const enter = useEnter()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const problem = useRef<HTMLParagraphElement>(null)
  const byKey = useMutation({
    mutationFn: async () => {
      const { publicKey } = await askPasskey()
      return signInWithPasskey({ credential: await showPasskey(publicKey) })
    },
    onSuccess: (session) => {
      enter(session)
      onDone()
    },
  })
  const told = signIn.isError ? wordsFor(signIn.error) : byKey.isError ? wordsForKey(byKey.error) : before
  useEffect(() => {
    if (told) problem.current?.focus()
  }, [told, signIn.failureCount, byKey.failureCount])

  function submit(event: FormEvent) {
    event.preventDefault()
    byKey.reset()
    signIn.mutate({ email: email.trim(), password }, { onSuccess: (answer) => (isHalfOpen(answer) ? onHalfOpen(answer) : onDone()) })
  }
  function useKey() {
    signIn.reset()
    byKey.mutate()
  }
  return (
    <>
      <form className={classes.form} onSubmit={submit} noValidate>
        {told && (
          <Problem ref={problem}>{told}</Problem>
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
        {canUsePasskeys && (
          <Button variant="default" loading={byKey.isPending} onClick={useKey} fullWidth leftSection={<Icon name="key" />}>
            Sign in with a passkey
          </Button>
        )}
        <Providers to={to} />
        <Link to="/forgotten-password" className={classes.forgotten}>
          Forgotten password
        </Link>
      </form>
      <p className={classes.foot}>
        <Icon name="lock" size={18} />
        No account? The person who runs this Salus can make you one.
      </p>
    </>
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

function wordsForKey(error: unknown): string {
  if (isGivenUp(error)) return 'No passkey was shown. Try again, or sign in with your password.'
  const status = error instanceof Failure ? error.status : undefined
  if (status === 409) return 'This Salus cannot use passkeys at this address. Sign in with your password.'
  if (status === 401 || status === 422) return 'This passkey opens nothing here. Try another, or sign in with your password.'
  return wordsFor(error)
}
