import type { ListAccessesParams } from '../api/salus.schemas'

/** A kind of access, as it stands in the address. */
export type AccessKind = NonNullable<ListAccessesParams['what']>

export const kinds: readonly AccessKind[] = ['all', 'looks', 'changes', 'denied', 'emergency']
