import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import type { makeRouter } from './router'
import { forget } from '../auth/session'
import { Failure } from './transport'

/** Answers are fresh for half a minute; what the server refused is not asked for again. */
export function makeQueryClient(router: () => ReturnType<typeof makeRouter>): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (times, error) => times < 2 && !(error instanceof Failure && error.status >= 400 && error.status < 500),
      },
    },
    queryCache: new QueryCache({ onError: (error) => leave(error) }),
    mutationCache: new MutationCache({ onError: (error) => leave(error) }),
  })

  /** A session that has ended leads to the sign-in, and back from there to where one was. */
  function leave(error: unknown) {
    if (!(error instanceof Failure) || error.status !== 401) return
    const { location } = router().state
    if (location.pathname === '/sign-in') return
    forget(client)
    void router().navigate({ to: '/sign-in', search: { to: location.href }, replace: true })
  }
  return client
}
