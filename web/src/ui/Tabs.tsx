import { Link, useLocation, type LinkProps } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import classes from './Tabs.module.css'

export interface Tab {
  to: LinkProps['to']
  params?: LinkProps['params']
  words: string
  /** The tab is lit on its own page alone, not on those below it. */
  exact?: boolean
}

/** The parts of a place, as links; the open one is scrolled into sight. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const nav = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>('[data-status=active]')
    if (nav.current && open) nav.current.scrollLeft = open.offsetLeft - (nav.current.clientWidth - open.offsetWidth) / 2
  }, [pathname])
  return (
    <nav ref={nav} className={classes.tabs} aria-label={label}>
      {tabs.map(({ to, params, words, exact }) => (
        <Link key={words} to={to} params={params} activeOptions={{ exact: exact ?? false, includeSearch: false }} className={classes.tab}>
          {words}
        </Link>
      ))}
    </nav>
  )
}
