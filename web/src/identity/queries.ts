import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { listAccounts, listClients, listPolicies, readAccount } from '../api/salus'
import { transport } from '../app/transport'

/** All accounts, page by page; or the one with an e-mail address. */
export const accountsQuery = (email: string) =>
  infiniteQueryOptions({
    queryKey: ['accounts', email],
    queryFn: ({ pageParam, signal }) => listAccounts({ email: email || undefined, after: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.accounts),
  })

export const accountQuery = (id: string) => queryOptions({ queryKey: ['account', id], queryFn: ({ signal }) => readAccount(id, { signal }) })

export const policiesQuery = queryOptions({ queryKey: ['policies'], queryFn: ({ signal }) => listPolicies({ signal }) })

export const clientsQuery = queryOptions({ queryKey: ['clients'], queryFn: ({ signal }) => listClients({ signal }) })

interface Capabilities {
  rest: { resource: { type: string; searchParam?: { name: string }[] }[] }[]
}

/** The kinds of entries there are, each with what it can be searched by, from the FHIR interface. */
export const kindsQuery = queryOptions({
  queryKey: ['kinds of entries'],
  staleTime: Infinity,
  queryFn: async ({ signal }) => {
    const { rest } = await transport<Capabilities>('/fhir/r4/metadata', { signal, headers: { Accept: 'application/fhir+json' } })
    return new Map(rest[0]?.resource.map(({ type, searchParam = [] }) => [type, searchParam.map(({ name }) => name)]))
  },
})
