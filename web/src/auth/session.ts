import { queryOptions, useMutation, useQueryClient, useSuspenseQuery, type QueryClient } from '@tanstack/react-query'
import { readSession, signIn, signOut } from '../api/salus'
import type { Session, SignInRequest } from '../api/salus.schemas'

/** Who is signed in, and whose records they may open. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => readSession({ signal }),
  staleTime: 5 * 60_000,
  retry: false,
})

export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data
}

export function useSignIn() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (words: SignInRequest) => signIn(words),
    onSuccess: (session) => {
      queryClient.clear()
      queryClient.setQueryData(sessionQuery.queryKey, session)
    },
  })
}

export function useSignOut() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => signOut(),
    onSettled: () => forget(queryClient),
  })
}

/** Drops everything that was read, so that the next person at this screen finds none of it. */
export function forget(queryClient: QueryClient): void {
  queryClient.clear()
}

/** People who care for others professionally speak of patients. */
export function caresForPatients(session: Session): boolean {
  return session.account.roles.some((role) => ['clinician', 'pharmacist', 'emergency', 'admin'].includes(role))
}
