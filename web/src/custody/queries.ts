import { queryOptions } from '@tanstack/react-query'
import { readKeys } from '../api/salus'
import type { Rotation } from '../api/salus.schemas'

const SOON = 1000

/** Who wraps the keys, and the rotations; asked again while one is under way. */
export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => readKeys({ signal }),
  refetchInterval: ({ state }) => (state.data?.rotations.some(isUnderWay) ? SOON : false),
})

export function isUnderWay(rotation: Rotation): boolean {
  return rotation.state === 'queued' || rotation.state === 'running'
}
