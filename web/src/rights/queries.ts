import { queryOptions } from '@tanstack/react-query'
import {
  consentHistory, getCertificate, getJob, listCorrections, listErasures, listExports, listRestrictions, previewErasure,
} from '../api/salus'

const SOON = 1000

/** The archives of a record; asked again while one is being made. */
export const exportsQuery = (personId: string) =>
  queryOptions({
    queryKey: ['people', personId, 'exports'],
    queryFn: ({ signal }) => listExports(personId, { signal }),
    refetchInterval: ({ state }) => (state.data?.some((one) => isUnderWay(one.state)) ? SOON : false),
  })

/** How far an archive is. */
export const jobQuery = (id: string) =>
  queryOptions({ queryKey: ['jobs', id], queryFn: ({ signal }) => getJob(id, { signal }), refetchInterval: SOON })

export const erasureQuery = (personId: string) =>
  queryOptions({ queryKey: ['people', personId, 'erasure'], queryFn: ({ signal }) => previewErasure(personId, { signal }) })

export const restrictionsQuery = (personId: string) =>
  queryOptions({ queryKey: ['people', personId, 'restrictions'], queryFn: ({ signal }) => listRestrictions(personId, { signal }) })

export const consentsQuery = (personId: string) =>
  queryOptions({ queryKey: ['people', personId, 'consents'], queryFn: ({ signal }) => consentHistory(personId, { signal }) })

export const correctionsQuery = queryOptions({ queryKey: ['corrections'], queryFn: ({ signal }) => listCorrections({ signal }) })

export const erasuresQuery = queryOptions({ queryKey: ['erasures'], queryFn: ({ signal }) => listErasures({ signal }) })

/** An erasure as its receipt shows it, asked again until it is over. */
export const receiptQuery = (id: string, receipt: string) =>
  queryOptions({
    queryKey: ['erasures', id],
    queryFn: ({ signal }) => getCertificate(id, { receipt }, { signal }),
    refetchInterval: ({ state }) => (state.data && !isUnderWay(state.data.state) ? false : SOON),
  })

export function isUnderWay(state: string): boolean {
  return state === 'waiting' || state === 'running'
}
