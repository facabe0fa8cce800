import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Banner } from '../people/Banner'
import { usePersonId } from '../people/usePersonId'

const SourceDrawer = lazy(() => import('../records/SourceDrawer'))

/** Every screen of one person: whose record it is above, the source of a fact beside. */
export function PersonFrame() {
  const personId = usePersonId()
  return (
    <>
      <Banner personId={personId} />
      <Outlet />
      <Suspense>
        <SourceDrawer />
      </Suspense>
    </>
  )
}
