import { infiniteQueryOptions } from '@tanstack/react-query'
import { listAccounts } from '../api/salus'

/** All accounts, page by page; or the one with an e-mail address. */
export const accountsQuery = (email: string) =>
  infiniteQueryOptions({
    queryKey: ['accounts', email],
    queryFn: ({ pageParam, signal }) => listAccounts({ email: email || undefined, after: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.accounts),
  })
