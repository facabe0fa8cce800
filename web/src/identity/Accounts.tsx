import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { AccountItem } from '../api/salus.schemas'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import { AccountDialog } from './AccountDialog'
import { accountsQuery } from './queries'
import { roleWords } from './roles'

/** Who may sign in to this Salus, and as what. */
export default function Accounts() {
  const [email, setEmail] = useState('')
  const [sought] = useDebouncedValue(email.trim(), 300)
  const accounts = useInfiniteQuery(accountsQuery(sought.includes('@') ? sought : ''))
  const [open, setOpen] = useState<AccountItem | 'new'>()
  return (
    <Page
      title="Accounts"
      lead="Who may sign in, as what, and whose records they reach. Every change counts from the next request on."
      action={
        <Button leftSection={<Icon name="plus" />} onClick={() => setOpen('new')}>
          New account
        </Button>
      }
    >
      <TextInput
        type="search"
        label="Find an account"
        description="By its whole e-mail address"
        leftSection={<Icon name="search" />}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Loaded query={accounts} shape={<Shape rows={5} />}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="search" title="No account with this address">
              Check the spelling, or clear the field to see all accounts.
            </Empty>
          ) : (
            <Sheet>
              <Rows label="Accounts">
                {all.map((account) => (
                  <AccountRow key={account.id} account={account} onOpen={() => setOpen(account)} />
                ))}
              </Rows>
            </Sheet>
          )
        }
      </Loaded>
      {accounts.hasNextPage && (
        <Button variant="default" loading={accounts.isFetchingNextPage} onClick={() => void accounts.fetchNextPage()}>
          Show more
        </Button>
      )}
      {open && <AccountDialog account={open === 'new' ? undefined : open} onClose={() => setOpen(undefined)} />}
    </Page>
  )
}

function AccountRow({ account, onOpen }: { account: AccountItem; onOpen: () => void }) {
  const people = account.people.length
  return (
    <Row
      icon="me"
      title={account.name}
      status={
        <>
          {account.isVerified && <Tag>verified</Tag>}
          {!account.isActive && <Tag tone="attention">closed</Tag>}
        </>
      }
      detail={account.email}
      value={roleWords(account.roles)}
      when={people > 0 ? `${people} ${people === 1 ? 'person' : 'people'}` : undefined}
      action={
        <Button variant="subtle" onClick={onOpen} aria-label={`Change ${account.name}`}>
          Change
        </Button>
      }
    />
  )
}
