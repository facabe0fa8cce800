import { Outlet } from '@tanstack/react-router'
import { usePersonId } from '../people/usePersonId'
import { RecordTabs } from '../records/RecordTabs'

export function RecordFrame() {
  return (
    <>
      <RecordTabs personId={usePersonId()} />
      <Outlet />
    </>
  )
}
