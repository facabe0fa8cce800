import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { linkIdentity, unlinkIdentity } from '../api/salus'
import type { IdentityItem, ProviderItem } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { day, moment } from '../ui/dates'
import { Problem } from '../ui/Problem'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { identitiesQuery, providersQuery } from './queries'
import { wrapping } from './Providers'
import { wordsForProvider } from './providerWords'
import classes from './Me.module.css'

const route = getRouteApi('/app/me')

/** Accounts elsewhere that open this one; nothing where this Salus knows no other provider. */
export function Identities() {
  const { problem } = route.useSearch()
  const queryClient = useQueryClient()
  const providers = useQuery(providersQuery)
  const identities = useQuery(identitiesQuery)
  const refresh = () => queryClient.invalidateQueries({ queryKey: identitiesQuery.queryKey })
  const link = useMutation({
    mutationFn: (provider: string) => linkIdentity({ provider }),
    onSuccess: ({ sendTo }) => location.assign(sendTo),
  })
  if (!providers.data?.length && !identities.data?.length) return null
  const told = link.isError ? wordsFor(link.error) : wordsForProvider(problem, 'me')
  return (
    <Sheet title="Accounts elsewhere">
      <Loaded query={identities} shape={<Shape rows={1} />}>
        {(all) =>
          all.length > 0 ? (
            <Rows label="Accounts elsewhere">
              {all.map((identity) => (
                <IdentityRow key={identity.id} identity={identity} providers={providers.data ?? []} onGone={refresh} />
              ))}
            </Rows>
          ) : (
            <p className={`muted ${classes.words}`}>
              Sign in with an account that you have elsewhere. Your password here stays good, and a second step is asked
              for as before.
            </p>
          )
        }
      </Loaded>
      <div className={classes.choices}>
        {providers.data?.map(({ id, name }) => (
          <Button
            key={id}
            variant="default"
            styles={wrapping}
            loading={link.isPending && link.variables === id}
            onClick={() => link.mutate(id)}
          >
            Link {name}
          </Button>
        ))}
        {told && <Problem>{told}</Problem>}
      </div>
    </Sheet>
  )
}

function IdentityRow({ identity, providers, onGone }: { identity: IdentityItem; providers: ProviderItem[]; onGone: () => void }) {
  const unlink = useMutation({ mutationFn: () => unlinkIdentity(identity.id), onSuccess: onGone })
  const provider = providers.find((one) => one.id === identity.provider)
  const name = provider?.name ?? new URL(identity.issuer).host
  const details = [
    identity.label,
    provider ? undefined : 'no longer known to this Salus',
    identity.usedAt ? `last used ${moment(identity.usedAt)}` : 'not used yet',
  ]
  return (
    <Row
      icon="key"
      title={name}
      detail={unlink.isError ? wordsFor(unlink.error) : details.filter(Boolean).join(' · ')}
      when={`since ${day(identity.createdAt)}`}
      action={
        <Button variant="subtle" loading={unlink.isPending} onClick={() => unlink.mutate()} aria-label={`Unlink ${name}`}>
          Unlink
        </Button>
      }
    />
  )
}

function wordsFor(error: unknown): string {
  return (error instanceof Failure && error.detail) || 'This did not work. Nothing has changed; try again.'
}
