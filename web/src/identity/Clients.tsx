import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ClientItem } from '../api/salus.schemas'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Empty, Loaded, Shape } from '../ui/States'
import { AddClient } from './AddClient'
import classes from './Administration.module.css'
import { ClientSheet } from './ClientSheet'
import { InviteClient } from './InviteClient'
import { clientsQuery } from './queries'

/** The programs that may ask people for access, and those that wait for approval. */
export default function Clients() {
  const clients = useQuery(clientsQuery)
  const [opened, setOpened] = useState<'add' | 'invite'>()
  const close = () => setOpened(undefined)
  return (
    <Page
      title="Apps and services"
      lead="Programs that may ask people for access, and services that work without a person. What each is given is decided by the people it asks."
      action={
        <div className={classes.buttons} data-apart>
          <Button variant="default" onClick={() => setOpened('invite')}>
            Invite one
          </Button>
          <Button leftSection={<Icon name="plus" />} onClick={() => setOpened('add')}>
            Add one
          </Button>
        </div>
      }
    >
      <Loaded query={clients} shape={<Shape rows={2} height={220} />}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="key" title="No apps or services yet">
              Add one whose details you have, or invite its makers to register it themselves.
            </Empty>
          ) : (
            <>
              {sorted(all).map((client) => (
                <ClientSheet key={client.id} client={client} />
              ))}
            </>
          )
        }
      </Loaded>
      {opened === 'add' && <AddClient onClose={close} />}
      {opened === 'invite' && <InviteClient onClose={close} />}
    </Page>
  )
}

/** What waits for somebody comes first. */
const sorted = (all: ClientItem[]) => [...all.filter((client) => client.isWaiting), ...all.filter((client) => !client.isWaiting)]
