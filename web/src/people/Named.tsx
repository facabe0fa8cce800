import { useQuery } from '@tanstack/react-query'
import { choiceQuery } from './choices'

/** The name behind an id; the id itself as long as the name is not known. */
export function Named({ type, id }: { type: 'Patient' | 'Practitioner' | 'Organization'; id: string }) {
  const { data } = useQuery(choiceQuery(type, id))
  return <span>{data ?? id}</span>
}
