import { Button, CopyButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { approveClient, removeClient } from '../api/salus'
import type { ClientItem } from '../api/salus.schemas'
import { line } from '../apps/words'
import { Failure } from '../app/transport'
import { Confirm } from '../ui/Confirm'
import { day, moment } from '../ui/dates'
import { Problem } from '../ui/Problem'
import { Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import classes from './Administration.module.css'
import { kindWords } from './client'
import { accountQuery, clientsQuery } from './queries'

/** One app or service: what it is, what it may ask for, and whether it may ask at all. */
export function ClientSheet({ client }: { client: ClientItem }) {
  const queryClient = useQueryClient()
  const [asking, { open, close }] = useDisclosure()
  const refresh = () => queryClient.invalidateQueries({ queryKey: clientsQuery.queryKey })
  const approve = useMutation({ mutationFn: () => approveClient(client.id), onSuccess: refresh })
  const remove = useMutation({ mutationFn: () => removeClient(client.id), onSuccess: refresh })
  return (
    <Sheet
      title={client.name}
      more={
        <div className={classes.buttons}>
          {client.isWaiting && (
            <Button variant="default" loading={approve.isPending} onClick={() => approve.mutate()} aria-label={`Approve ${client.name}`}>
              Approve
            </Button>
          )}
          <Button variant="subtle" onClick={open} aria-label={`Remove ${client.name}`}>
            Remove
          </Button>
        </div>
      }
    >
      <div className={classes.inside}>
        {approve.isError && <Problem>{detailOf(approve.error) ?? 'It was not approved. Try again.'}</Problem>}
        <p className={classes.tags}>
          {client.isWaiting ? <Tag tone="attention">waits for approval</Tag> : <Tag>approved</Tag>}
          {!client.isVouchedFor && <Tag>registered itself</Tag>}
        </p>
        <ClientFacts client={client} />
      </div>
      {asking && (
        <Confirm
          title={`Remove ${client.name}?`}
          act="Remove it"
          problem={remove.isError ? (detailOf(remove.error) ?? 'It was not removed. Try again.') : undefined}
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={close}
        >
          <p>What people gave it ends at once, for all of them. To come back it has to be registered anew, and to ask everybody again.</p>
        </Confirm>
      )}
    </Sheet>
  )
}

function ClientFacts({ client }: { client: ClientItem }) {
  const facts: [string, ReactNode][] = [
    ['Kind', kindWords(client)],
    [client.actsFor ? 'May' : 'May ask for', client.permissions.length > 0 && <Permissions client={client} />],
    ['Acts for', client.actsFor && <AccountName id={client.actsFor} />],
    ['Answers go to', client.redirectUris.length > 0 && <Lines of={client.redirectUris} />],
    ['Its keys are at', client.jwksUri],
    ['Web site', client.site],
    ['Client id', <ClientId key="id" id={client.id} />],
    ['Registered', day(client.createdAt)],
    ['Last used', client.usedAt ? moment(client.usedAt) : 'Not of late'],
  ]
  return (
    <dl className={classes.facts}>
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name} className={classes.fact}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

function Permissions({ client }: { client: ClientItem }) {
  return (
    <>
      {!client.actsFor && <p className="muted small">In the words that people read:</p>}
      <Lines of={client.permissions.map(line)} />
    </>
  )
}

function Lines({ of }: { of: string[] }) {
  return (
    <ul>
      {of.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  )
}

function AccountName({ id }: { id: string }) {
  const { data } = useQuery(accountQuery(id))
  return data ? `${data.name} (${data.email})` : id
}

function ClientId({ id }: { id: string }) {
  return (
    <span className={classes.copied}>
      <code>{id}</code>
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <Button variant="subtle" onClick={copy} aria-label={`Copy the client id ${id}`}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </span>
  )
}

const detailOf = (error: unknown) => (error instanceof Failure ? error.detail : undefined)
