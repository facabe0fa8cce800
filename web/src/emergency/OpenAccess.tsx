import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { endEmergency, noteEmergency } from '../api/salus'
import type { AccessItem } from '../api/salus.schemas'
import { useSession } from '../auth/session'
import { moment } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Sheet } from '../ui/Sheet'
import { Forbidden, Loaded, Shape } from '../ui/States'
import classes from './Emergency.module.css'
import { EmergencyView } from './EmergencyView'
import { accessesQuery, cardQuery } from './queries'
import { agreed, reasons } from './words'
import { WordsForm } from './WordsForm'

/** One emergency: the view while it is open, the note when it is over. */
export default function OpenAccess() {
  const { accessId } = useParams({ from: '/app/emergency/$accessId' })
  const accesses = useQuery(accessesQuery)
  return (
    <Page wide title="Emergency" unseenTitle>
      <Loaded query={accesses} shape={<Shape rows={5} height={96} />}>
        {(all) => {
          const access = all.find((one) => one.id === accessId)
          if (!access) return <Forbidden />
          return access.isOpen ? <Running access={access} /> : <Over access={access} />
        }}
      </Loaded>
      <p>
        <Link to="/emergency">All your emergencies</Link>
      </p>
    </Page>
  )
}

function Running({ access }: { access: AccessItem }) {
  const { account } = useSession()
  const queryClient = useQueryClient()
  const card = useQuery(cardQuery(access.personId))
  const end = useMutation({
    mutationFn: () => endEmergency(access.id),
    onSuccess: () => {
      queryClient.removeQueries({ queryKey: cardQuery(access.personId).queryKey })
      return queryClient.invalidateQueries({ queryKey: accessesQuery.queryKey })
    },
  })
  return (
    <>
      <div className={classes.status} role="status">
        <span>
          <Icon name="lock" size={18} /> {account.name} is looking since {moment(access.openedAt)}, until {moment(access.expiresAt)}. {agreed[access.agreed]}{' '}
          {access.personName} has been told.
        </span>
        <Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>
          End it now
        </Button>
      </div>
      <Loaded query={card} shape={<Shape rows={5} height={96} />}>
        {(shown) => <EmergencyView card={shown} foot={`Opened by ${account.name} because: ${access.reasonText}. It closes on ${moment(access.expiresAt)}.`} />}
      </Loaded>
    </>
  )
}

function Over({ access }: { access: AccessItem }) {
  return (
    <Sheet title={`${access.personName}, ${moment(access.openedAt)}`}>
      <div className={classes.inside}>
        <p>
          This emergency is over. {reasons[access.reason]}: “{access.reasonText}”.
        </p>
        {access.note && <p>Your note: “{access.note}”</p>}
        {access.objection && <p>The person says that it was not right: “{access.objection}”</p>}
      </div>
      {access.needsNote && <Note access={access} />}
    </Sheet>
  )
}

function Note({ access }: { access: AccessItem }) {
  const queryClient = useQueryClient()
  async function send(note: string) {
    await noteEmergency(access.id, { note })
    await queryClient.invalidateQueries({ queryKey: accessesQuery.queryKey })
  }
  return (
    <WordsForm
      label="What did you do?"
      description="A few words close the emergency. The person reads them; they cannot be changed later."
      rows={3}
      button="Keep the note"
      failed="The note was not kept. Try again."
      send={send}
    />
  )
}
