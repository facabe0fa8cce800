import { queryOptions } from '@tanstack/react-query'
import { listSharing } from '../api/salus'

export const sharingQuery = (personId: string) =>
  queryOptions({ queryKey: ['sharing', personId], queryFn: ({ signal }) => listSharing(personId, { signal }) })
