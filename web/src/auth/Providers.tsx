import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { beginProviderSignIn } from '../api/salus'
import { Icon } from '../ui/icons'
import { Problem } from '../ui/Problem'
import { providersQuery } from './queries'
import { wordsForProvider } from './providerWords'
import classes from './SignIn.module.css'

/** For a button with a name in it that the operator chose: it may take two lines. */
export const wrapping = { root: { height: 'auto', minHeight: 44, paddingBlock: 8 }, label: { whiteSpace: 'normal', lineHeight: 1.3 } } as const

/** The other providers that one can sign in by; nothing where there are none. */
export function Providers({ to }: { to?: string }) {
  const providers = useQuery(providersQuery)
  const begin = useMutation({
    mutationFn: (id: string) => beginProviderSignIn(id, { to }),
    onSuccess: ({ sendTo }) => location.assign(sendTo),
  })
  if (!providers.data?.length) return null
  return (
    <div className={classes.providers} role="group" aria-label="Other ways to sign in">
      {begin.isError && <Problem>{wordsForProvider('unreachable', 'sign-in')}</Problem>}
      {providers.data.map(({ id, name }) => (
        <Button
          key={id}
          variant="default"
          fullWidth
          leftSection={<Icon name="right" />}
          styles={wrapping}
          loading={begin.isPending && begin.variables === id}
          onClick={() => begin.mutate(id)}
        >
          Continue with {name}
        </Button>
      ))}
    </div>
  )
}
