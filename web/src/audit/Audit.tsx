import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { verifyAudit } from '../api/salus'
import type { AuditEntry, ChainState } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Page } from '../ui/Page'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape, Wrong } from '../ui/States'
import { auditQuery } from './queries'

const actions = [
  'read', 'vread', 'history', 'search', 'everything', 'read-file', 'answer', 'create', 'update', 'delete', 'write-file', 'denied', 'sign-in',
  'sign-out', 'break-glass', 'break-glass-end', 'export', 'erase', 'share', 'disclose', 'restriction', 'policy-change', 'account-change',
  'key-rotation', 'checkpoint',
]

/** Everything in the audit, and whether it is whole; for whoever runs this Salus. */
export default function Audit() {
  const wanted = useSearch({ from: '/app/admin/audit' })
  const navigate = useNavigate({ from: '/admin/audit' })
  const set = (change: Partial<typeof wanted>) => void navigate({ search: (now) => ({ ...now, ...change }), replace: true })
  const [{ actor, person, action, outcome, on }] = useDebouncedValue(wanted, 300)
  const days = on ? { from: `${on}T00:00:00Z`, to: `${nextDay(on)}T00:00:00Z` } : {}
  const entries = useInfiniteQuery(auditQuery({ actor, person, action, outcome, ...days }))
  return (
    <Page title="Audit" lead="Who did what, from where, and how it ended. Looking here is an entry, too." action={<Verify />}>
      <TextInput label="Account" description="Its e-mail address or id" value={wanted.actor ?? ''} onChange={(event) => set({ actor: event.currentTarget.value || undefined })} />
      <TextInput label="Person" description="The id of the record" value={wanted.person ?? ''} onChange={(event) => set({ person: event.currentTarget.value || undefined })} />
      <NativeSelect label="Action" data={[{ value: '', label: 'Any' }, ...actions]} value={wanted.action ?? ''} onChange={(event) => set({ action: event.currentTarget.value || undefined })} />
      <NativeSelect
        label="Outcome"
        data={[{ value: '', label: 'Any' }, { value: '0', label: 'Done' }, { value: '4', label: 'Refused' }, { value: '8', label: 'Failed' }]}
        value={wanted.outcome?.toString() ?? ''}
        onChange={(event) => set({ outcome: event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value) })}
      />
      <TextInput type="date" label="Day" value={wanted.on ?? ''} onChange={(event) => set({ on: event.currentTarget.value || undefined })} />
      <Loaded query={entries} shape={<Shape rows={8} />}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="search" title="No entry fits">
              Clear a field to see more.
            </Empty>
          ) : (
            <Sheet>
              <Rows label="Entries of the audit">
                {all.map((entry) => (
                  <EntryRow key={entry.seq} entry={entry} />
                ))}
              </Rows>
            </Sheet>
          )
        }
      </Loaded>
      {entries.hasNextPage && (
        <Button variant="default" loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
          Show earlier
        </Button>
      )}
    </Page>
  )
}

function EntryRow({ entry }: { entry: AuditEntry }) {
  const about = [entry.target ?? (entry.person && `Patient/${entry.person}`), entry.client, entry.address, entry.purpose]
  return (
    <Row
      icon={entry.outcome > 0 ? 'lock' : 'clock'}
      title={`${entry.who}: ${entry.what}`}
      status={entry.outcome > 0 && <Tag tone="attention">refused or failed</Tag>}
      detail={about.filter(Boolean).join(' · ')}
      value={`no. ${entry.seq}`}
      when={moment(entry.at)}
    />
  )
}

/** Walks the chain when asked to, and says what came of it. */
function Verify() {
  const verify = useMutation({ mutationFn: () => verifyAudit() })
  return (
    <div>
      <Button loading={verify.isPending} onClick={() => verify.mutate()}>
        Verify the chain
      </Button>
      <div role="status">{verify.data && <ChainWords state={verify.data} />}</div>
      {verify.isError && <Wrong error={verify.error} again={() => verify.mutate()} />}
    </div>
  )
}

/** The state of the chain in a sentence. */
export function ChainWords({ state }: { state: ChainState }) {
  return (
    <p>
      {state.isWhole ? `Whole: ${state.entries} entries.` : `Broken at entry ${state.brokenAt ?? '?'}: ${state.damage ?? 'unknown'}.`} Checked{' '}
      {moment(state.checkedAt)}. Head <code>{state.head.slice(0, 16)}…</code>
    </p>
  )
}

/** The day after one that is written `YYYY-MM-DD`. */
export function nextDay(on: string): string {
  const at = new Date(`${on}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + 1)
  return Number.isNaN(at.getTime()) ? on : at.toISOString().slice(0, 10)
}
