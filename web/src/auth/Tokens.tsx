import { Button, CopyButton, TextInput } from '@mantine/core'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { createToken, listTokens, revokeToken } from '../api/salus'
import type { NewToken, Token } from '../api/salus.schemas'
import { day } from '../ui/dates'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import classes from './Me.module.css'

const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => listTokens({ signal }) })

/** Keys with which programs of one's own may read what one may read oneself. */
export function Tokens() {
  const queryClient = useQueryClient()
  const tokens = useQuery(tokensQuery)
  const refresh = () => queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })
  const create = useMutation({ mutationFn: (token: NewToken) => createToken(token), onSuccess: refresh })
  const [label, setLabel] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    create.mutate({ label: label.trim() }, { onSuccess: () => setLabel('') })
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
          description="It lets a program read and write what you may. Name what it is for."
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
          error={create.isError && 'The key could not be made. Nothing has changed; try again.'}
        />
        <Button type="submit" variant="default" disabled={!label.trim()} loading={create.isPending}>
          Make a key
        </Button>
      </form>
      {create.data && (
        <div className={classes.issued} role="status">
          <p>
            <strong>Copy this key now.</strong> It is shown only once, and Salus keeps no readable copy.
          </p>
          <code className={classes.secret}>{create.data.token}</code>
          <CopyButton value={create.data.token}>
            {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy the key'}</Button>}
          </CopyButton>
        </div>
      )}
    </Sheet>
  )
}

function TokenRow({ token, onGone }: { token: Token; onGone: () => void }) {
  const revoke = useMutation({ mutationFn: () => revokeToken(token.id), onSuccess: onGone })
  return (
    <Row
      icon="key"
      title={token.label}
      detail={revoke.isError ? 'It could not be taken back. Try again.' : token.expiresAt && `Ends ${day(token.expiresAt)}`}
      when={`made ${day(token.createdAt)}`}
      action={
        <Button variant="subtle" loading={revoke.isPending} onClick={() => revoke.mutate()} aria-label={`Take back the key ${token.label}`}>
          Take back
        </Button>
      }
    />
  )
}
