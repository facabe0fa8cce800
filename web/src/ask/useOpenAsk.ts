import { useNavigate } from '@tanstack/react-router'
import { useAsked } from './asked'

/** Asks, and goes to where the answer will stand. */
export function useOpenAsk(personId: string): (question: string) => void {
  const navigate = useNavigate()
  const { ask } = useAsked(personId)
  return (question) => {
    ask(question)
    void navigate({ to: '/people/$personId/ask', params: { personId } })
  }
}
