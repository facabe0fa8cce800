import { Button, SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Apps } from '../apps/Apps'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Sheet } from '../ui/Sheet'
import { Factors } from './Factors'
import { Identities } from './Identities'
import { Password } from './Password'
import { useSession, useSignOut } from './session'
import { Sessions } from './Sessions'
import { Tokens } from './Tokens'
import classes from './Me.module.css'

/** The account: who is signed in, how the screens look, keys for programs. */
export default function Me() {
  const { account } = useSession()
  const signOut = useSignOut()
  const navigate = useNavigate()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Page title="Me" lead={`Signed in as ${account.name}, ${account.email}`}>
      <Sheet title="How it looks">
        <div className={classes.inside}>
          <p id="colours" className="muted">
            Light or dark, or as this device is set.
          </p>
          <SegmentedControl
            aria-labelledby="colours"
            size="md"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as MantineColorScheme)}
            data={[
              { value: 'auto', label: 'As the device' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </div>
      </Sheet>
      <Factors />
      <Identities />
      <Sessions />
      <Password />
      <Apps />
      <Tokens />
      <Sheet title="Leave">
        <div className={classes.inside}>
          <p className="muted">Signing out takes everything you read off this screen.</p>
          <Button
            variant="default"
            leftSection={<Icon name="out" />}
            loading={signOut.isPending}
            onClick={() => signOut.mutate(undefined, { onSettled: () => void navigate({ to: '/sign-in', search: {}, replace: true }) })}
          >
            Sign out
          </Button>
        </div>
      </Sheet>
    </Page>
  )
}
