import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useSignOut } from '../auth/session'
import { Icon } from '../ui/icons'
import { Loaded, Shape } from '../ui/States'
import { Asking } from './Asking'
import classes from './Asking.module.css'
import { signOutQuery } from './queries'

const route = getRouteApi('/asked/apps/sign-out')

/** An app wishes that the person signs out of Salus too; only the person does it. */
export default function SignOutAsked() {
  const { ask } = route.useSearch()
  const wish = useQuery(signOutQuery(ask))
  const signOut = useSignOut()
  const navigate = useNavigate()
  function leave(thenTo?: string | null) {
    const go = () => (thenTo ? location.assign(thenTo) : void navigate({ to: '/sign-in', search: {}, replace: true }))
    signOut.mutate(undefined, { onSettled: go })
  }
  return (
    <Asking title="Sign out of Salus?">
      <Loaded query={wish} shape={<Shape rows={1} />}>
        {({ app, thenTo }) => (
          <>
            <p>{app ? `You signed out of ${app.name}. It suggests to sign out of Salus too.` : 'An app suggests to sign out of Salus too.'}</p>
            <div className={classes.answer}>
              <Button variant="default" onClick={() => void navigate({ to: '/' })}>
                Stay signed in
              </Button>
              <Button leftSection={<Icon name="out" />} loading={signOut.isPending} onClick={() => leave(thenTo)}>
                Sign out
              </Button>
            </div>
          </>
        )}
      </Loaded>
    </Asking>
  )
}
