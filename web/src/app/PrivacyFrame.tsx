import { Outlet } from '@tanstack/react-router'
import { usePersonId } from '../people/usePersonId'
import { Tabs } from '../ui/Tabs'

/** Who may see the record, who did, and what becomes of it. */
export function PrivacyFrame() {
  const params = { personId: usePersonId() }
  return (
    <>
      <Tabs
        label="Privacy"
        tabs={[
          { to: '/people/$personId/privacy/sharing', params, words: 'Sharing' },
          { to: '/people/$personId/privacy/data', params, words: 'Your data' },
        ]}
      />
      <Outlet />
    </>
  )
}
