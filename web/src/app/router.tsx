import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, type ErrorComponentProps,
} from '@tanstack/react-router'
import { caresForPatients, sessionQuery } from '../auth/session'
import { kinds, type AccessKind } from '../audit/kinds'
import type { Highlight } from '../documents/highlight'
import { Page } from '../ui/Page'
import { Forbidden, Shape, Wrong } from '../ui/States'
import { AdminFrame } from './AdminFrame'
import { PersonFrame } from './PersonFrame'
import { PrivacyFrame } from './PrivacyFrame'
import { RecordFrame } from './RecordFrame'
import { Shell } from './Shell'
import { Failure } from './transport'

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  errorComponent: RootBroken,
  notFoundComponent: () => (
    <main id="content">
      <Page title="Not found">
        <Forbidden />
      </Page>
    </main>
  ),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { to?: string; step?: 'second'; problem?: string } => ({
    to: ownPath(search.to),
    step: search.step === 'second' ? 'second' : undefined,
    problem: text(search.problem),
  }),
  component: lazyRouteComponent(() => import('../auth/SignIn')),
})

const forgotten = createRoute({
  getParentRoute: () => root,
  path: '/forgotten-password',
  component: lazyRouteComponent(() => import('../auth/Forgotten')),
})
const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/new-password',
  component: lazyRouteComponent(() => import('../auth/NewPassword')),
})

/** Leads a stranger to the sign-in, and from there back to where they wanted to go. */
async function requireSession({ context, location }: { context: { queryClient: QueryClient }; location: { pathname: string; href: string } }) {
  try {
    await context.queryClient.ensureQueryData(sessionQuery)
  } catch (error) {
    if (error instanceof Failure && error.status === 401) {
      throw redirect({ to: '/sign-in', search: { to: location.pathname === '/' ? undefined : location.href }, replace: true })
    }
    throw error
  }
}

/** Everything behind the sign-in. */
const app = createRoute({ getParentRoute: () => root, id: 'app', beforeLoad: requireSession, component: Shell })

/** What other programs ask a person who is signed in: one question, without the frame around it. */
const asked = createRoute({ getParentRoute: () => root, id: 'asked', beforeLoad: requireSession, component: Outlet })
const word = (search: Record<string, unknown>) => ({ ask: text(search.ask) ?? '' })
const authorize = createRoute({
  getParentRoute: () => asked,
  path: '/apps/authorize',
  validateSearch: word,
  component: lazyRouteComponent(() => import('../apps/Authorize')),
})
const appSignOut = createRoute({
  getParentRoute: () => asked,
  path: '/apps/sign-out',
  validateSearch: word,
  component: lazyRouteComponent(() => import('../apps/SignOutAsked')),
})

/** One's own record when there is only that one to open; otherwise the choice of people. */
const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  beforeLoad: async ({ context }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery)
    const only = session.people.length === 1 ? session.people[0] : undefined
    if (only && !caresForPatients(session)) {
      throw redirect({ to: '/people/$personId/record', params: { personId: only.id }, replace: true })
    }
    throw redirect({ to: '/people', replace: true })
  },
})

const people = createRoute({
  getParentRoute: () => app,
  path: '/people',
  component: lazyRouteComponent(() => import('../people/People')),
})

const me = createRoute({
  getParentRoute: () => app,
  path: '/me',
  validateSearch: (search): { problem?: string } => ({ problem: text(search.problem) }),
  component: lazyRouteComponent(() => import('../auth/Me')),
})

/** What whoever runs this Salus looks after. */
const admin = createRoute({ getParentRoute: () => app, path: '/admin', component: AdminFrame })
const accounts = createRoute({
  getParentRoute: () => admin,
  path: '/accounts',
  component: lazyRouteComponent(() => import('../identity/Accounts')),
})

const policies = createRoute({
  getParentRoute: () => admin,
  path: '/policies',
  component: lazyRouteComponent(() => import('../identity/Policies')),
})
const clients = createRoute({
  getParentRoute: () => admin,
  path: '/clients',
  component: lazyRouteComponent(() => import('../identity/Clients')),
})
const requests = createRoute({
  getParentRoute: () => admin,
  path: '/requests',
  component: lazyRouteComponent(() => import('../rights/Requests')),
})
const audit = createRoute({
  getParentRoute: () => admin,
  path: '/audit',
  validateSearch: (search): { actor?: string; person?: string; action?: string; outcome?: number; on?: string } => ({
    actor: text(search.actor),
    person: text(search.person),
    action: text(search.action),
    outcome: [0, 4, 8, 12].find((code) => code === search.outcome),
    on: /^\d{4}-\d{2}-\d{2}$/.test(text(search.on) ?? '') ? text(search.on) : undefined,
  }),
  component: lazyRouteComponent(() => import('../audit/Audit')),
})

const keys = createRoute({
  getParentRoute: () => admin,
  path: '/keys',
  component: lazyRouteComponent(() => import('../custody/Keys')),
})

const person = createRoute({
  getParentRoute: () => app,
  path: '/people/$personId',
  validateSearch: (search): { source?: string } => ({ source: text(search.source) }),
  component: PersonFrame,
})

const record = createRoute({ getParentRoute: () => person, path: '/record', component: RecordFrame })

const glance = createRoute({
  getParentRoute: () => record,
  path: '/',
  component: lazyRouteComponent(() => import('../records/Glance')),
})
const timeline = createRoute({
  getParentRoute: () => record,
  path: '/timeline',
  component: lazyRouteComponent(() => import('../records/Timeline')),
})
const results = createRoute({
  getParentRoute: () => record,
  path: '/results',
  component: lazyRouteComponent(() => import('../records/Results')),
})
const result = createRoute({
  getParentRoute: () => record,
  path: '/results/$code',
  component: lazyRouteComponent(() => import('../records/ResultDetail')),
})
const lists = () => import('../records/Lists')
const conditions = createRoute({ getParentRoute: () => record, path: '/conditions', component: lazyRouteComponent(lists, 'Conditions') })
const medicines = createRoute({ getParentRoute: () => record, path: '/medicines', component: lazyRouteComponent(lists, 'Medicines') })
const allergies = createRoute({ getParentRoute: () => record, path: '/allergies', component: lazyRouteComponent(lists, 'Allergies') })
const vaccines = createRoute({ getParentRoute: () => record, path: '/vaccines', component: lazyRouteComponent(lists, 'Vaccines') })
const visits = createRoute({ getParentRoute: () => record, path: '/visits', component: lazyRouteComponent(lists, 'Visits') })

const whoLooked = createRoute({
  getParentRoute: () => record,
  path: '/who-looked',
  validateSearch: (search): { what?: AccessKind; platform?: boolean } => ({
    what: kinds.find((kind) => kind === search.what),
    platform: search.platform === true || undefined,
  }),
  component: lazyRouteComponent(() => import('../audit/WhoLooked')),
})

const ask = createRoute({
  getParentRoute: () => person,
  path: '/ask',
  validateSearch: (search): { cite?: string } => ({ cite: text(search.cite) }),
  component: lazyRouteComponent(() => import('../ask/Ask')),
})

const documents = createRoute({
  getParentRoute: () => person,
  path: '/documents',
  component: lazyRouteComponent(() => import('../documents/Documents')),
})
const document = createRoute({
  getParentRoute: () => person,
  path: '/documents/$documentId',
  validateSearch: (search): { page?: number } => ({ page: Number(search.page) >= 1 ? Math.floor(Number(search.page)) : undefined }),
  component: lazyRouteComponent(() => import('../documents/DocumentScreen')),
})

/** Who may see the record, who did, and what becomes of it. */
const emergency = createRoute({
  getParentRoute: () => person,
  path: '/emergency',
  component: lazyRouteComponent(() => import('../emergency/Emergency')),
})
const breakGlass = createRoute({
  getParentRoute: () => app,
  path: '/emergency',
  component: lazyRouteComponent(() => import('../emergency/BreakGlass')),
})
const openAccess = createRoute({
  getParentRoute: () => app,
  path: '/emergency/$accessId',
  component: lazyRouteComponent(() => import('../emergency/OpenAccess')),
})

const privacy = createRoute({ getParentRoute: () => person, path: '/privacy', component: PrivacyFrame })
const sharing = createRoute({
  getParentRoute: () => privacy,
  path: '/sharing',
  component: lazyRouteComponent(() => import('../consent/Sharing')),
})

const data = createRoute({
  getParentRoute: () => privacy,
  path: '/data',
  validateSearch: (search): { entry?: string } => ({ entry: text(search.entry) }),
  component: lazyRouteComponent(() => import('../rights/YourData')),
})

/** What became of an erasure; the receipt opens it, signed in or not. */
const erased = createRoute({
  getParentRoute: () => root,
  path: '/erasures/$erasureId',
  component: lazyRouteComponent(() => import('../rights/Erased')),
})

const parts = record.addChildren([glance, timeline, results, result, conditions, medicines, allergies, vaccines, visits, whoLooked])
const tree = root.addChildren([
  signIn,
  forgotten,
  newPassword,
  erased,
  asked.addChildren([authorize, appSignOut]),
  app.addChildren([home, people, me, breakGlass, openAccess, admin.addChildren([accounts, policies, clients, requests, audit, keys]), person.addChildren([parts, ask, documents, document, emergency, privacy.addChildren([sharing, data])])]),
])

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: Broken,
    defaultPendingComponent: () => (
      <Page title="Loading" unseenTitle>
        <Shape rows={4} />
      </Page>
    ),
  })
}

/** A screen that broke, or whose code could not be fetched: loading it anew also takes up a newer release. */
function Broken({ error }: ErrorComponentProps) {
  const message = error instanceof Error ? error.message : ''
  const unreachable = !navigator.onLine || /dynamically imported module|module script/i.test(message)
  return (
    <Page title="Something went wrong" unseenTitle>
      <Wrong error={unreachable ? new Failure(0, message) : error} again={() => location.reload()} />
    </Page>
  )
}

function RootBroken(props: ErrorComponentProps) {
  return (
    <main id="content">
      <Broken {...props} />
    </main>
  )
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** Where to go after signing in: only a path of our own, never another site. */
function ownPath(value: unknown): string | undefined {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
  interface HistoryState {
    /** The cited place to show when a whole document is opened from an answer; kept out of the URL. */
    highlight?: Highlight
  }
}
