import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useHotkeys, useNetwork } from '@mantine/hooks'
import { Link, Outlet, useLocation, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { Session } from '../api/salus.schemas'
import { caresForPatients, useSession } from '../auth/session'
import { Brand } from '../ui/Brand'
import { Icon, type IconName } from '../ui/icons'
import classes from './Shell.module.css'

const KEYS = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K'
const Palette = lazy(() => import('./Palette'))
const StepUp = lazy(() => import('../auth/StepUp').then((module) => ({ default: module.StepUp })))

/** The frame of every screen behind the sign-in: a rail on a desk, a bar below on a phone. */
export function Shell() {
  const session = useSession()
  const personId = useCurrentPerson(session.people.length === 1 ? session.people[0]?.id : undefined)
  const [searching, setSearching] = useState(false)
  const { online } = useNetwork()
  const search = () => setSearching(true)
  useHotkeys([['mod+K', search]], [])
  useFocusOnMove()

  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to the content
      </a>
      <header className={classes.rail}>
        <Link to="/" className={classes.brand} aria-label="Salus, start">
          <Brand />
        </Link>
        <Places personId={personId} session={session} />
        <div className={classes.tools}>
          <button type="button" className={classes.search} onClick={search}>
            <Icon name="search" size={18} />
            <span className={classes.searchWords}>Search</span>
            <kbd className={classes.keys}>{KEYS}</kbd>
          </button>
          <SchemeToggle />
        </div>
      </header>
      <main id="content" tabIndex={-1} className={classes.main}>
        {!online && (
          <p className={classes.offline} role="status">
            <Icon name="offline" size={18} /> You are offline. You can read what is on this screen; nothing can be added.
          </p>
        )}
        <Outlet />
      </main>
      <Suspense>
        <StepUp />
      </Suspense>
      {searching && (
        <Suspense>
          <Palette personId={personId} onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  )
}

/** Only the places that exist for this reader; without a person chosen, the record's places are not among them. */
function Places({ personId, session }: { personId?: string; session: Session }) {
  const patients = caresForPatients(session)
  const many = session.people.length > 1
  const admin = session.account.roles.includes('admin')
  const person = session.people.find((one) => one.id === personId)
  const decides = person && (person.isSelf || person.relationship === 'child')
  const helps = session.account.roles.some((role) => role === 'clinician' || role === 'emergency')
  const params = { personId: personId ?? '' }
  const { pathname } = useLocation()
  return (
    <nav className={classes.places} aria-label="Places">
      {personId && (
        <>
          <Link to="/people/$personId/record" params={params} className={classes.place} activeOptions={{ includeSearch: false }}>
            <Place icon="record" words="Record" />
          </Link>
          <Link to="/people/$personId/ask" params={params} className={classes.place} activeOptions={{ includeSearch: false }}>
            <Place icon="ask" words="Ask" />
          </Link>
          <Link to="/people/$personId/documents" params={params} className={classes.place} activeOptions={{ includeSearch: false }}>
            <Place icon="documents" words="Documents" />
          </Link>
          {decides && (
            <Link to="/people/$personId/privacy/sharing" params={params} className={classes.place} activeOptions={{ includeSearch: false }}>
              <Place icon="lock" words="Privacy" />
            </Link>
          )}
        </>
      )}
      {personId && person?.relationship !== 'in-care' && person && (
        <Link to="/people/$personId/emergency" params={params} className={classes.place}>
          <Place icon="heart" words="Emergency" />
        </Link>
      )}
      {helps && (
        <Link to="/emergency" className={classes.place}>
          <Place icon="heart" words="Emergency" />
        </Link>
      )}
      {(patients || many || !personId) && (
        <Link to="/people" className={classes.place} activeOptions={{ exact: true }}>
          <Place icon="people" words={patients ? 'Patients' : 'People'} />
        </Link>
      )}
      {admin && (
        <Link to="/admin/accounts" className={classes.place} data-status={pathname.startsWith('/admin/') ? 'active' : undefined}>
          <Place icon="key" words="Access" />
        </Link>
      )}
      <Link to="/me" className={classes.place}>
        <Place icon="me" words="Me" />
      </Link>
    </nav>
  )
}

function Place({ icon, words }: { icon: IconName; words: string }) {
  return (
    <>
      <Icon name={icon} size={22} />
      <span>{words}</span>
    </>
  )
}

export function SchemeToggle() {
  const scheme = useComputedColorScheme()
  const { setColorScheme } = useMantineColorScheme()
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <ActionIcon onClick={() => setColorScheme(other)} aria-label={`Use ${other} colours`}>
      <Icon name={scheme === 'dark' ? 'sun' : 'moon'} />
    </ActionIcon>
  )
}

/** The person whose record was open last stays at hand on the screens that belong to nobody. */
function useCurrentPerson(only: string | undefined): string | undefined {
  const { personId } = useParams({ strict: false })
  const last = useRef(only)
  if (personId) last.current = personId
  return personId ?? last.current
}

/** A new screen starts at its content for those who do not see it change. */
function useFocusOnMove() {
  const { pathname } = useLocation()
  const first = useRef(true)
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    const active = document.activeElement
    if (!active || active === document.body || !active.isConnected) document.getElementById('content')?.focus({ preventScroll: true })
  }, [pathname])
}
