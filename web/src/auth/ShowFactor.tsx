import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { CodeMethod, PasskeyQuestion, ShownMethod, ShownRequest } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { Icon } from '../ui/icons'
import { Problem } from '../ui/Problem'
import { canUsePasskeys, isGivenUp, showPasskey } from './passkeys'
import classes from './ShowFactor.module.css'

/** How the two places that ask for a factor talk to Salus: the second step of a sign-in, and stepping up. */
export interface Ways {
  show: (shown: ShownRequest) => Promise<unknown>
  sendCode: (method: CodeMethod) => Promise<unknown>
  askPasskey: () => Promise<PasskeyQuestion>
}

const order: ShownMethod[] = ['passkey', 'totp', 'email', 'sms', 'password', 'recovery']
const words: Record<ShownMethod, string> = {
  passkey: 'Use a passkey',
  totp: 'Code of your authenticator app',
  email: 'Get a code by e-mail',
  sms: 'Get a code by SMS',
  password: 'Your password',
  recovery: 'Use a recovery code',
}

/** Shows one of the factors; the others are a button away. */
export function ShowFactor({ factors, ways, onDone }: { factors: readonly string[]; ways: Ways; onDone: (answer: unknown) => void }) {
  const offered = order.filter((method) => factors.includes(method) && (method !== 'passkey' || canUsePasskeys))
  const [method, setMethod] = useState<ShownMethod>(offered[0] ?? 'recovery')
  const [code, setCode] = useState('')
  const [sent, setSent] = useState(false)
  const problem = useRef<HTMLParagraphElement>(null)
  const show = useMutation({
    mutationFn: async () => {
      if (method !== 'passkey') return ways.show({ method, code })
      const { publicKey } = await ways.askPasskey()
      return ways.show({ method, credential: await showPasskey(publicKey) })
    },
    onSuccess: onDone,
  })
  const send = useMutation({ mutationFn: (way: CodeMethod) => ways.sendCode(way), onSuccess: () => setSent(true) })
  const error = show.error ?? send.error
  useEffect(() => {
    if (error) problem.current?.focus()
  }, [error])

  function choose(next: ShownMethod) {
    setMethod(next)
    setCode('')
    setSent(false)
    show.reset()
    send.reset()
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    if ((method === 'email' || method === 'sms') && !sent) send.mutate(method)
    else show.mutate()
  }
  const asksForCode = method !== 'passkey' && (sent || (method !== 'email' && method !== 'sms'))
  return (
    <form className={classes.form} onSubmit={submit}>
      {error && (
        <Problem ref={problem}>{wordsFor(error)}</Problem>
      )}
      {sent && <p role="status">A code is on its way. It is good for ten minutes.</p>}
      {asksForCode && <CodeField method={method} value={code} onChange={setCode} />}
      <Button type="submit" fullWidth loading={show.isPending || send.isPending} disabled={asksForCode && !code.trim()} leftSection={method === 'passkey' && <Icon name="key" />}>
        {asksForCode ? 'Go on' : words[method]}
      </Button>
      {sent && (
        <Button variant="subtle" onClick={() => (method === 'email' || method === 'sms') && send.mutate(method)} loading={send.isPending}>
          Send another code
        </Button>
      )}
      {offered.length > 1 && (
        <div className={classes.others} role="group" aria-label="Other ways">
          {offered
            .filter((other) => other !== method)
            .map((other) => (
              <Button key={other} variant="subtle" onClick={() => choose(other)}>
                {words[other]}
              </Button>
            ))}
        </div>
      )}
    </form>
  )
}

function CodeField({ method, value, onChange }: { method: ShownMethod; value: string; onChange: (value: string) => void }) {
  if (method === 'password') {
    return (
      <PasswordInput
        label="Your password"
        autoComplete="current-password"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data-autofocus
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', size: 32 }}
      />
    )
  }
  const isRecovery = method === 'recovery'
  return (
    <TextInput
      label={isRecovery ? 'One of your recovery codes' : 'The six digits'}
      description={method === 'totp' ? 'Your authenticator app shows a new code every half minute.' : undefined}
      autoComplete="one-time-code"
      inputMode={isRecovery ? 'text' : 'numeric'}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-autofocus
    />
  )
}

function wordsFor(error: unknown): string {
  if (isGivenUp(error)) return 'No passkey was shown. Try again, or choose another way.'
  if (!(error instanceof Failure)) return 'This did not work. Try again, or choose another way.'
  if (error.status === 401) return 'This took too long. Begin the sign-in again.'
  if (error.status === 0) return 'Salus does not answer. Check that you are connected, then try again.'
  return error.detail ?? 'This did not work. Try again in a moment.'
}
