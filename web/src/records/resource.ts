import { queryOptions } from '@tanstack/react-query'
import { transport } from '../app/transport'
import type { SourceRef } from '../api/salus.schemas'

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }
export type Resource = { [name: string]: Json }

/** A resource as it stood when it was cited: that very version, from the FHIR interface. */
export const resourceQuery = ({ type, id, version }: SourceRef) =>
  queryOptions({
    queryKey: ['resource', type, id, version],
    queryFn: ({ signal }) =>
      transport<Resource>(`/fhir/r4/${type}/${id}/_history/${version}`, {
        signal,
        headers: { Accept: 'application/fhir+json' },
      }),
    staleTime: Number.POSITIVE_INFINITY,
  })
