import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { takeAppBack } from '../api/salus'
import type { AppAccess } from '../api/salus.schemas'
import { day, moment } from '../ui/dates'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import classes from './Apps.module.css'
import { appsQuery } from './queries'
import { line, origin } from './words'

/** Apps that were given access: to what, since when, last used; and how to take it back. */
export function Apps() {
  const apps = useQuery(appsQuery)
  return (
    <Sheet title="Apps with access">
      <Loaded query={apps} shape={<Shape rows={1} />}>
        {(all) =>
          all.length === 0 ? (
            <p className={classes.none}>No app has access. When you allow one, it appears here, and you can take it back.</p>
          ) : (
            <Rows label="Apps with access">
              {all.map((access) => (
                <AppRow key={access.id} access={access} />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Sheet>
  )
}

function AppRow({ access }: { access: AppAccess }) {
  const queryClient = useQueryClient()
  const take = useMutation({
    mutationFn: () => takeAppBack(access.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: appsQuery.queryKey }),
  })
  const name = access.app?.name ?? 'An app that is gone'
  const changes = access.permissions.some((one) => one.kind === 'change')
  return (
    <Row
      icon="key"
      title={name}
      term={access.app && `from ${origin(access.app)}`}
      status={changes && <Tag tone="attention">may change things</Tag>}
      detail={
        take.isError ? (
          'The access could not be taken back. Try again.'
        ) : (
          <>
            {access.person && `About ${access.person.name}. `}
            {`Last used ${moment(access.usedAt)}.`}
            <details className={classes.more}>
              <summary>What it can do</summary>
              <ul>
                {access.permissions.map((one) => (
                  <li key={one.scope}>{line(one)}</li>
                ))}
              </ul>
              {`Ends on ${day(access.endsAt)} at the latest.`}
            </details>
          </>
        )
      }
      when={`since ${day(access.since)}`}
      action={
        <Button variant="subtle" loading={take.isPending} onClick={() => take.mutate()} aria-label={`Take back the access of ${name}`}>
          Take back
        </Button>
      }
    />
  )
}
