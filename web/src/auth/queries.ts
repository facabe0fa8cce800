import { queryOptions } from '@tanstack/react-query'
import { listFactors, listSessions, listTokens } from '../api/salus'

export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => listTokens({ signal }) })
export const sessionsQuery = queryOptions({ queryKey: ['sessions'], queryFn: ({ signal }) => listSessions({ signal }) })
export const factorsQuery = queryOptions({ queryKey: ['factors'], queryFn: ({ signal }) => listFactors({ signal }) })
