import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addPasskey, askNewPasskey, makeRecoveryCodes, removeFactor } from '../api/salus'
import type { FactorItem } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { day, moment } from '../ui/dates'
import type { IconName } from '../ui/icons'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { AddAddress } from './AddAddress'
import { AddApp } from './AddApp'
import { canUsePasskeys, isGivenUp, makePasskey } from './passkeys'
import { factorsQuery } from './queries'
import { browserOf } from './Sessions'
import classes from './Me.module.css'

type Adding = 'app' | 'address'

/** The second steps of the account: what is asked for beside the password. */
export function Factors() {
  const queryClient = useQueryClient()
  const factors = useQuery(factorsQuery)
  const [adding, setAdding] = useState<Adding>()
  const refresh = () => queryClient.invalidateQueries({ queryKey: factorsQuery.queryKey })
  const addKey = useMutation({
    mutationFn: async () => {
      const { publicKey } = await askNewPasskey()
      return addPasskey({ label: browserOf(navigator.userAgent), credential: await makePasskey(publicKey) })
    },
    onSuccess: refresh,
  })
  const codes = useMutation({ mutationFn: () => makeRecoveryCodes(), onSuccess: refresh })
  const problem = addKey.error ?? codes.error
  const hasSome = factors.data?.some((factor) => factor.method !== 'recovery') ?? false
  return (
    <Sheet title="Second steps">
      <Loaded query={factors} shape={<Shape rows={1} />}>
        {(all) =>
          all.length > 0 ? (
            <Rows label="Second steps">
              {all.map((factor) => (
                <FactorRow key={factor.id} factor={factor} onGone={refresh} />
              ))}
            </Rows>
          ) : (
            <p className={`muted ${classes.words}`}>
              With a second step, your password alone opens nothing. A passkey is the easiest: this device asks for your
              face, your finger or its code.
            </p>
          )
        }
      </Loaded>
      {adding === 'app' && <AddApp onClose={() => setAdding(undefined)} />}
      {adding === 'address' && <AddAddress onClose={() => setAdding(undefined)} />}
      <div className={classes.choices}>
        {canUsePasskeys && (
          <Button variant="default" loading={addKey.isPending} onClick={() => addKey.mutate()}>
            Add a passkey
          </Button>
        )}
        <Button variant="default" onClick={() => setAdding('app')}>
          Add an authenticator app
        </Button>
        <Button variant="default" onClick={() => setAdding('address')}>
          Add codes by e-mail or SMS
        </Button>
        {hasSome && (
          <Button variant="default" loading={codes.isPending} onClick={() => codes.mutate()}>
            Make recovery codes
          </Button>
        )}
        {problem && <p role="alert">{wordsFor(problem)}</p>}
      </div>
      {codes.data && <Codes codes={codes.data.codes} />}
    </Sheet>
  )
}

const icons: Record<string, IconName> = { passkey: 'key', totp: 'clock', email: 'documents', sms: 'ask', recovery: 'page' }

function FactorRow({ factor, onGone }: { factor: FactorItem; onGone: () => void }) {
  const remove = useMutation({ mutationFn: () => removeFactor(factor.id), onSuccess: onGone })
  const details = [
    factor.address,
    factor.codesLeft !== undefined && factor.codesLeft !== null && `${factor.codesLeft} left`,
    factor.usedAt ? `last used ${moment(factor.usedAt)}` : 'not used yet',
  ]
  const name = factor.method === 'passkey' ? `Passkey, ${factor.label}` : factor.label
  return (
    <Row
      icon={icons[factor.method] ?? 'lock'}
      title={name}
      detail={remove.isError ? wordsFor(remove.error) : details.filter(Boolean).join(' · ')}
      when={`since ${day(factor.createdAt)}`}
      action={
        <Button variant="subtle" loading={remove.isPending} onClick={() => remove.mutate()} aria-label={`Remove ${name}`}>
          Remove
        </Button>
      }
    />
  )
}

function Codes({ codes }: { codes: string[] }) {
  return (
    <div className={classes.issued} role="status">
      <p>
        <strong>Write these down, or print them.</strong> Each is good once, for when you lose everything else. They are
        shown only now; earlier ones are no longer good.
      </p>
      <ol className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
    </div>
  )
}

function wordsFor(error: unknown): string {
  if (isGivenUp(error)) return 'The browser made no passkey. Nothing has changed; try again.'
  return (error instanceof Failure && error.detail) || 'This did not work. Nothing has changed; try again.'
}
