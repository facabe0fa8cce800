import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { AccessGroup, AccessLine } from '../api/salus.schemas'
import { usePersonId } from '../people/usePersonId'
import { day, moment } from '../ui/dates'
import { Page } from '../ui/Page'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import { kinds, type AccessKind } from './kinds'
import { accessesQuery } from './queries'

const words: Record<AccessKind, string> = {
  all: 'Everything', looks: 'Looks', changes: 'Changes', denied: 'Attempts that were refused', emergency: 'Emergencies',
}

/** Who looked at what in this record, and who tried to. */
export default function WhoLooked() {
  const personId = usePersonId()
  const { what = 'all', platform } = useSearch({ from: '/app/people/$personId/record/who-looked' })
  const navigate = useNavigate({ from: '/people/$personId/record/who-looked' })
  const accesses = useInfiniteQuery(accessesQuery(personId, { what, platform }))
  return (
    <Page title="Who looked" lead="Everybody who opened or changed this record, and everybody who tried and was shown nothing.">
      <NativeSelect
        label="Show"
        data={kinds.map((kind) => ({ value: kind, label: words[kind] }))}
        value={what}
        onChange={(event) => {
          const chosen = kinds.find((kind) => kind === event.currentTarget.value)
          void navigate({ search: (now) => ({ ...now, what: chosen }) })
        }}
      />
      <Checkbox
        label="Also what Salus did by itself"
        checked={platform ?? false}
        onChange={(event) => {
          const checked = event.currentTarget.checked || undefined
          void navigate({ search: (now) => ({ ...now, platform: checked }) })
        }}
      />
      <Loaded query={accesses} shape={<Shape rows={6} />}>
        {(groups) =>
          groups.length === 0 ? (
            <Empty icon="shield" title="Nothing of this kind">
              As soon as somebody opens, changes or tries to open this record, it stands here.
            </Empty>
          ) : (
            groups.map((group, place) => <Group key={`${group.day}/${group.account ?? group.who}/${place}`} group={group} />)
          )
        }
      </Loaded>
      {accesses.hasNextPage && (
        <Button variant="default" loading={accesses.isFetchingNextPage} onClick={() => void accesses.fetchNextPage()}>
          Show earlier
        </Button>
      )}
      {accesses.isFetchNextPageError && <p role="alert">What came earlier could not be loaded. Try again.</p>}
    </Page>
  )
}

/** What one account did on one day. */
export function Group({ group }: { group: AccessGroup }) {
  const who = group.isYou ? `${group.who} (you)` : group.who
  return (
    <section aria-label={`${who}, ${day(group.day)}`}>
      <h2>{who}</h2>
      <p className="muted small">{[day(group.day), ...group.roles].join(' · ')}</p>
      <Sheet>
        <Rows label={`What ${who} did`}>
          {group.lines.map((line) => (
            <Row
              key={`${line.what}/${line.client ?? ''}`}
              icon={line.isDenied ? 'lock' : line.isEmergency ? 'warning' : 'clock'}
              title={capital(line.what)}
              status={<Marks line={line} />}
              detail={[line.purpose && `For ${line.purpose}`, line.client && `through ${program(line.client)}`].filter(Boolean).join(' · ')}
              value={line.times > 1 ? `${line.times} times` : undefined}
              when={moment(line.last)}
            />
          ))}
        </Rows>
      </Sheet>
    </section>
  )
}

function Marks({ line }: { line: AccessLine }) {
  return (
    <>
      {line.isDenied && <Tag tone="attention">refused</Tag>}
      {line.isEmergency && <Tag tone="danger">emergency</Tag>}
    </>
  )
}

function program(client: string): string {
  if (client === 'web') return 'this website'
  if (client.startsWith('certificate:')) return 'a program with a certificate'
  return client.startsWith('api-token:') ? 'a program with a token' : client
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
