import { queryOptions } from '@tanstack/react-query'
import { listSessions, listTokens } from '../api/salus'

export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => listTokens({ signal }) })
export const sessionsQuery = queryOptions({ queryKey: ['sessions'], queryFn: ({ signal }) => listSessions({ signal }) })
