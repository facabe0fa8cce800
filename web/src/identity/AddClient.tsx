import { Button, Modal, Radio, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { addClient, listAccounts } from '../api/salus'
import { Failure } from '../app/transport'
import form from '../ui/Form.module.css'
import { Problem } from '../ui/Problem'
import { AddedClient } from './AddedClient'
import classes from './Administration.module.css'
import { clientKinds, emptyClient, metadataOf, usualScopes, type ClientForm, type ClientKind } from './client'
import { clientsQuery } from './queries'

/** Registers an app or a service, and shows what its makers need: its id, and its secret, once. */
export function AddClient({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient()
  const isSmall = useMediaQuery('(max-width: 48em)')
  const [client, setClient] = useState<ClientForm>(emptyClient)
  const [email, setEmail] = useState('')
  const change = (part: Partial<ClientForm>) => setClient({ ...client, ...part })
  const isService = client.kind === 'service'
  const add = useMutation({
    mutationFn: async () => {
      const metadata = metadataOf(client)
      if (typeof metadata === 'string') throw fault('jwks', metadata)
      return addClient({ metadata, actsFor: isService ? await accountOf(email) : undefined })
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: clientsQuery.queryKey }),
  })
  const wrong = add.error instanceof Failure ? add.error : undefined
  const missing = !client.name.trim() || (isService ? !email.trim() || !(client.publishes ? client.jwksUri : client.jwks).trim() : !client.redirects.trim())
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate()
  }
  return (
    <Modal opened onClose={onClose} title={add.data ? `${add.data.name} is registered` : 'Add an app or a service'} size="lg" fullScreen={isSmall}>
      {add.data ? (
        <AddedClient client={add.data} onClose={onClose} />
      ) : (
        <form className={form.form} onSubmit={submit}>
          {add.isError && <Problem>{wrong?.detail ?? 'Nothing was registered. Try again.'}</Problem>}
          <Radio.Group
            label="What it is"
            value={client.kind}
            onChange={(kind) => change({ kind: kind as ClientKind, ...(client.scope === usualScopes[client.kind] && { scope: usualScopes[kind as ClientKind] }) })}
          >
            {clientKinds.map(({ value, label, description }) => (
              <Radio key={value} value={value} label={label} description={description} />
            ))}
          </Radio.Group>
          <TextInput label="Name" description="People read it when it asks them." value={client.name} maxLength={100} onChange={(event) => change({ name: event.currentTarget.value })} />
          {isService ? (
            <>
              <TextInput
                label="The account it acts for"
                description="By its e-mail address. The service reaches what this account reaches, within its scopes."
                type="email"
                autoComplete="off"
                value={email}
                onChange={(event) => setEmail(event.currentTarget.value)}
                error={wrong?.about('actsFor')}
              />
              <SegmentedControl aria-label="Where its keys are" size="md" value={client.publishes ? 'uri' : 'keys'} onChange={(value) => change({ publishes: value === 'uri' })} data={[{ value: 'uri', label: 'It publishes its keys' }, { value: 'keys', label: 'I have its keys' }]} />
              {client.publishes ? (
                <TextInput label="The address of its keys (jwks_uri)" description="Salus asks there when it comes, and follows when the keys change." inputMode="url" value={client.jwksUri} onChange={(event) => change({ jwksUri: event.currentTarget.value })} />
              ) : (
                <Textarea label="Its public keys (JSON Web Key Set)" className={classes.json} autosize minRows={3} maxRows={12} spellCheck={false} value={client.jwks} onChange={(event) => change({ jwks: event.currentTarget.value })} error={wrong?.about('jwks')} />
              )}
            </>
          ) : (
            <Textarea label="Where its answers go" description="Its redirect addresses, letter for letter, one on each line." autosize minRows={2} spellCheck={false} value={client.redirects} onChange={(event) => change({ redirects: event.currentTarget.value })} />
          )}
          <Textarea label="The most it may ask for" description="SMART scopes, parted by spaces. People still choose what to give." autosize minRows={2} spellCheck={false} value={client.scope} onChange={(event) => change({ scope: event.currentTarget.value })} />
          <div className={form.actions}>
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button type="submit" loading={add.isPending} disabled={missing}>
              Register it
            </Button>
          </div>
        </form>
      )}
    </Modal>
  )
}

/** The id of the account with this address; none is told at its field. */
async function accountOf(email: string): Promise<string> {
  const found = (await listAccounts({ email: email.trim() })).accounts[0]
  if (!found) throw fault('actsFor', 'There is no account with this e-mail address.')
  return found.id
}

function fault(field: string, detail: string): Failure {
  return new Failure(422, 'Not registered', 'Nothing was registered yet: a field is not right.', [{ field, detail }])
}
