import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { endOtherSessions, endSession } from '../api/salus'
import type { SessionItem } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { sessionsQuery } from './queries'

/** Where the account is signed in; any place but this one can be signed out from here. */
export function Sessions() {
  const sessions = useQuery(sessionsQuery)
  const queryClient = useQueryClient()
  const endOthers = useMutation({
    mutationFn: () => endOtherSessions(),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
  const others = sessions.data?.filter((session) => !session.isCurrent).length ?? 0
  return (
    <Sheet
      title="Where you are signed in"
      more={
        others > 1 && (
          <Button variant="subtle" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            Sign out all others
          </Button>
        )
      }
    >
      <Loaded query={sessions} shape={<Shape rows={2} />}>
        {(all) => (
          <Rows label="Where you are signed in">
            {all.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </Rows>
        )}
      </Loaded>
    </Sheet>
  )
}

function SessionRow({ session }: { session: SessionItem }) {
  const queryClient = useQueryClient()
  const end = useMutation({
    mutationFn: () => endSession(session.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
  const name = browserOf(session.agent)
  return (
    <Row
      icon="lock"
      title={name}
      status={session.isCurrent && <Tag>this one</Tag>}
      detail={end.isError ? 'It could not be signed out. Try again.' : [`Last used ${moment(session.seenAt)}`, session.address, wayOf(session.methods)].filter(Boolean).join(' · ')}
      when={`since ${moment(session.createdAt)}`}
      action={
        !session.isCurrent && (
          <Button variant="subtle" loading={end.isPending} onClick={() => end.mutate()} aria-label={`Sign out ${name}, since ${moment(session.createdAt)}`}>
            Sign out
          </Button>
        )
      }
    />
  )
}

const ways: Record<string, string> = { password: 'password', totp: 'app', passkey: 'passkey', email: 'code by e-mail', sms: 'code by SMS', recovery: 'recovery code', federated: 'another provider' }

/** "with password and app" */
function wayOf(methods: string[]): string | undefined {
  const words = methods.map((method) => ways[method] ?? method)
  return words.length > 0 ? `with ${words.join(' and ')}` : undefined
}

const browsers: [RegExp, string][] = [[/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chrom(e|ium)\//, 'Chrome'], [/Safari\//, 'Safari']]
const systems: [RegExp, string][] = [[/Android/, 'Android'], [/iPhone|iPad/, 'iPhone or iPad'], [/Windows/, 'Windows'], [/Mac OS/, 'Mac'], [/Linux/, 'Linux']]

/** "Firefox on Windows", from what a browser says of itself. */
export function browserOf(agent: string): string {
  const browser = browsers.find(([sign]) => sign.test(agent))?.[1]
  const system = systems.find(([sign]) => sign.test(agent))?.[1]
  return browser && system ? `${browser} on ${system}` : (browser ?? system ?? 'Another program')
}
