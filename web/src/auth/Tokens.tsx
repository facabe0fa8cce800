import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { issueToken, revokeToken } from '../api/salus'
import type { ScopeRequest, TokenItem, TokenRequest } from '../api/salus.schemas'
import { day } from '../ui/dates'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { ShownOnce } from '../ui/ShownOnce'
import { Loaded, Shape } from '../ui/States'
import { tokensQuery } from './queries'
import { useSession } from './session'
import classes from './Me.module.css'

/** What a key is good for. */
const SCOPES: Record<string, string> = {
  read: 'Reads only',
  write: 'Reads and writes',
  emergency: 'Opens emergencies, nothing else',
}

/** Keys with which programs of one's own may read what one may read oneself. */
export function Tokens() {
  const queryClient = useQueryClient()
  const { account } = useSession()
  const helps = account.roles.some((role) => role === 'clinician' || role === 'emergency')
  const tokens = useQuery(tokensQuery)
  const refresh = () => queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })
  const issue = useMutation({ mutationFn: (wish: TokenRequest) => issueToken(wish), onSuccess: refresh })
  const [label, setLabel] = useState('')
  const [scope, setScope] = useState<ScopeRequest>('read')
  function submit(event: FormEvent) {
    event.preventDefault()
    issue.mutate({ label: label.trim(), scope }, { onSuccess: () => setLabel('') })
  }
  return (
    <Sheet title="Keys for programs">
      <Loaded query={tokens} shape={<Shape rows={1} />}>
        {(all) =>
          all.length > 0 && (
            <Rows label="Keys for programs">
              {all.map((token) => (
                <TokenRow key={token.id} token={token} onGone={refresh} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          label="Make a key"
          description="With it a program may do for you what you choose here, for 90 days. Name what it is for."
          value={label}
          maxLength={100}
          onChange={(event) => setLabel(event.currentTarget.value)}
          error={issue.isError && 'The key could not be made. Nothing has changed; try again.'}
        />
        <SegmentedControl
          aria-label="What the key is good for"
          size="md"
          value={scope}
          onChange={(value) => setScope(value as ScopeRequest)}
          data={[
            { value: 'read', label: 'Read only' },
            { value: 'write', label: 'Read and write' },
            ...(helps ? [{ value: 'emergency', label: 'Emergencies' }] : []),
          ]}
        />
        <Button type="submit" variant="default" disabled={!label.trim()} loading={issue.isPending}>
          Make a key
        </Button>
      </form>
      {issue.data && (
        <div className={classes.once}>
          <ShownOnce what="key" secret={issue.data.secret} />
        </div>
      )}
    </Sheet>
  )
}

function TokenRow({ token, onGone }: { token: TokenItem; onGone: () => void }) {
  const revoke = useMutation({ mutationFn: () => revokeToken(token.id), onSuccess: onGone })
  const scope = SCOPES[token.scope] ?? token.scope
  return (
    <Row
      icon="key"
      title={token.label}
      detail={revoke.isError ? 'It could not be taken back. Try again.' : `${scope} · ends ${day(token.expiresAt)}`}
      when={`made ${day(token.createdAt)}`}
      action={
        <Button variant="subtle" loading={revoke.isPending} onClick={() => revoke.mutate()} aria-label={`Take back the key ${token.label}`}>
          Take back
        </Button>
      }
    />
  )
}
