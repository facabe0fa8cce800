/** A kind of access, as it stands in the address. */
export type AccessKind = 'all' | 'looks' | 'changes' | 'denied' | 'emergency'

export const kinds: readonly AccessKind[] = ['all', 'looks', 'changes', 'denied', 'emergency']
