import { Spotlight, spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useSession, useSignOut } from '../auth/session'
import { ageAndSex, peopleQuery } from '../people/queries'
import { Icon, type IconName } from '../ui/icons'
import '@mantine/spotlight/styles.css'

/** Ctrl/⌘ K: every place and person the reader may open. */
export default function Palette({ personId, onClose }: { personId?: string; onClose: () => void }) {
  const navigate = useNavigate()
  const session = useSession()
  const signOut = useSignOut()
  const { data: people = session.people } = useQuery(peopleQuery)
  useEffect(() => spotlight.open(), [])

  const at = personId && { personId }
  const places: SpotlightActionData[] = at
    ? (
        [
          ['record', 'Record at a glance', '/people/$personId/record'],
          ['clock', 'Timeline', '/people/$personId/record/timeline'],
          ['flask', 'Results', '/people/$personId/record/results'],
          ['heart', 'Conditions', '/people/$personId/record/conditions'],
          ['pill', 'Medicines', '/people/$personId/record/medicines'],
          ['warning', 'Allergies', '/people/$personId/record/allergies'],
          ['shield', 'Vaccines', '/people/$personId/record/vaccines'],
          ['visit', 'Visits', '/people/$personId/record/visits'],
          ['ask', 'Ask', '/people/$personId/ask'],
          ['documents', 'Documents', '/people/$personId/documents'],
          ['lock', 'Sharing: who can look at this record', '/people/$personId/privacy/sharing'],
        ] as const
      ).map(([icon, label, to]) => action(to, label, icon, () => void navigate({ to, params: at })))
    : []
  const administration: SpotlightActionData[] = session.account.roles.includes('admin')
    ? (
        [
          ['key', 'Accounts', '/admin/accounts'],
          ['shield', 'Access policies', '/admin/policies'],
          ['documents', 'Apps and services', '/admin/clients'],
          ['page', 'Requests', '/admin/requests'],
          ['clock', 'Audit', '/admin/audit'],
        ] as const
      ).map(([icon, label, to]) => action(to, label, icon, () => void navigate({ to })))
    : []
  const others = [
    action('people', 'Choose a person', 'people', () => void navigate({ to: '/people' })),
    action('me', 'Me: account, colours, keys for programs', 'me', () => void navigate({ to: '/me' })),
    action('out', 'Sign out', 'out', () => signOut.mutate(undefined, { onSettled: () => void navigate({ to: '/sign-in', search: {} }) })),
  ]
  const records = people.map((person) =>
    action(person.id, person.name, 'record', () => void navigate({ to: '/people/$personId/record', params: { personId: person.id } }), ageAndSex(person)),
  )
  const groups: SpotlightActionGroupData[] = [
    { group: 'This record', actions: places },
    { group: 'Salus', actions: others },
    { group: 'Administration', actions: administration },
    { group: 'People', actions: records },
  ].filter((group) => group.actions.length > 0)

  return (
    <Spotlight
      actions={groups}
      shortcut={null}
      limit={40}
      scrollable
      maxHeight={420}
      onSpotlightClose={onClose}
      nothingFound="Nothing by that name"
      searchProps={{ placeholder: 'Go to a place or a person', 'aria-label': 'Go to a place or a person', leftSection: <Icon name="search" /> }}
      transitionProps={{ duration: 100 }}
    />
  )
}

function action(id: string, label: string, icon: IconName, onClick: () => void, description?: string): SpotlightActionData {
  return { id, label, description, onClick, leftSection: <Icon name={icon} /> }
}
