import { queryOptions } from '@tanstack/react-query'
import { listFactors, listIdentities, listProviders, listSessions, listTokens, readSecondStep } from '../api/salus'

export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => listTokens({ signal }) })
export const sessionsQuery = queryOptions({ queryKey: ['sessions'], queryFn: ({ signal }) => listSessions({ signal }) })
export const factorsQuery = queryOptions({ queryKey: ['factors'], queryFn: ({ signal }) => listFactors({ signal }) })
export const identitiesQuery = queryOptions({ queryKey: ['identities'], queryFn: ({ signal }) => listIdentities({ signal }) })
/** Other providers that one can sign in by. */
export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: ({ signal }) => listProviders({ signal }),
  staleTime: 5 * 60_000,
})
/** What a sign-in waits for that came back half done from another provider. */
export const secondStepQuery = queryOptions({
  queryKey: ['second-step'],
  queryFn: ({ signal }) => readSecondStep({ signal }),
  retry: false,
  staleTime: 0,
  gcTime: 0,
})
