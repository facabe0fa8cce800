import { infiniteQueryOptions } from '@tanstack/react-query'
import { listAccesses, searchAudit } from '../api/salus'
import type { ListAccessesParams, SearchAuditParams } from '../api/salus.schemas'

/** Who looked at a record, the newest first, page by page. */
export const accessesQuery = (person: string, wanted: Omit<ListAccessesParams, 'before'>) =>
  infiniteQueryOptions({
    queryKey: ['person', person, 'accesses', wanted],
    queryFn: ({ pageParam, signal }) => listAccesses(person, { ...wanted, before: pageParam }, { signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.groups),
  })

/** All of the audit, the newest first, page by page. */
export const auditQuery = (wanted: Omit<SearchAuditParams, 'before'>) =>
  infiniteQueryOptions({
    queryKey: ['audit', wanted],
    queryFn: ({ pageParam, signal }) => searchAudit({ ...wanted, before: pageParam }, { signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.entries),
  })
