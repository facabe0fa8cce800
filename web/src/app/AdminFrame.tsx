import { Outlet } from '@tanstack/react-router'
import { Tabs } from '../ui/Tabs'

/** What whoever runs this Salus looks after. */
export function AdminFrame() {
  return (
    <>
      <Tabs
        label="Administration"
        tabs={[
          { to: '/admin/accounts', words: 'Accounts' },
          { to: '/admin/policies', words: 'Access policies' },
          { to: '/admin/clients', words: 'Apps and services' },
          { to: '/admin/requests', words: 'Requests' },
          { to: '/admin/audit', words: 'Audit' },
          { to: '/admin/keys', words: 'Keys' },
        ]}
      />
      <Outlet />
    </>
  )
}
