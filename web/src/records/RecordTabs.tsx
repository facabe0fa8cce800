import { Link, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import classes from './RecordTabs.module.css'

const tabs = [
  { to: '/people/$personId/record', words: 'At a glance', exact: true },
  { to: '/people/$personId/record/timeline', words: 'Timeline' },
  { to: '/people/$personId/record/results', words: 'Results' },
  { to: '/people/$personId/record/conditions', words: 'Conditions' },
  { to: '/people/$personId/record/medicines', words: 'Medicines' },
  { to: '/people/$personId/record/allergies', words: 'Allergies' },
  { to: '/people/$personId/record/vaccines', words: 'Vaccines' },
  { to: '/people/$personId/record/visits', words: 'Visits' },
] as const

/** The parts of a record. */
export function RecordTabs({ personId }: { personId: string }) {
  const nav = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>('[data-status=active]')
    if (nav.current && open) nav.current.scrollLeft = open.offsetLeft - (nav.current.clientWidth - open.offsetWidth) / 2
  }, [pathname])
  return (
    <nav ref={nav} className={classes.tabs} aria-label="Parts of the record">
      {tabs.map((tab) => (
        <Link
          key={tab.to}
          to={tab.to}
          params={{ personId }}
          activeOptions={{ exact: 'exact' in tab, includeSearch: false }}
          className={classes.tab}
        >
          {tab.words}
        </Link>
      ))}
    </nav>
  )
}
