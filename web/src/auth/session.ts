import { queryOptions, useMutation, useQueryClient, useSuspenseQuery, type QueryClient } from '@tanstack/react-query'
import { readSession, signIn, signOut } from '../api/salus'
import type { SecondStep, Session, SignInRequest } from '../api/salus.schemas'

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

/** Opens a session, or the second step, where the account asks for one. */
export function useSignIn() {
  const enter = useEnter()
  return useMutation({
    mutationFn: (words: SignInRequest): Promise<Session | SecondStep> => signIn(words),
    onSuccess: (answer) => {
      if (!isHalfOpen(answer)) enter(answer)
    },
  })
}

/** Whether the password was right and a second step is asked for. */
export function isHalfOpen(answer: Session | SecondStep): answer is SecondStep {
  return 'state' in answer
}

/** Takes up a session that has just begun. */
export function useEnter(): (session: Session) => void {
  const queryClient = useQueryClient()
  return (session) => {
    queryClient.clear()
    queryClient.setQueryData(sessionQuery.queryKey, session)
  }
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
