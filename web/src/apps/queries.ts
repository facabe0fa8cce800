import { queryOptions } from '@tanstack/react-query'
import { listApps, readAppRequest, readAppSignOut } from '../api/salus'

export const appsQuery = queryOptions({ queryKey: ['apps'], queryFn: ({ signal }) => listApps({ signal }) })

/** What an app asks for. Not kept: it is judged anew each time the screen opens. */
export const requestQuery = (ask: string) =>
  queryOptions({ queryKey: ['app-request', ask], queryFn: ({ signal }) => readAppRequest({ ask }, { signal }), gcTime: 0, retry: false })

export const signOutQuery = (ask: string) =>
  queryOptions({ queryKey: ['app-sign-out', ask], queryFn: ({ signal }) => readAppSignOut({ ask }, { signal }), gcTime: 0, retry: false })
