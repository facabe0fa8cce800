import { queryOptions } from '@tanstack/react-query'
import { listPeople } from '../api/salus'
import type { PersonSummary } from '../api/salus.schemas'

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: ({ signal }) => listPeople({ signal }),
})

/** "62 years, female". */
export function ageAndSex(person: PersonSummary): string {
  const age = person.age === undefined || person.age === null ? undefined : `${person.age} ${person.age === 1 ? 'year' : 'years'}`
  return [age, person.sex].filter(Boolean).join(', ')
}

/** What the person is to the reader: "You", "Your mother", "In your care". */
export function relation(person: PersonSummary): string {
  if (person.isSelf) return 'You'
  const word = person.relationship?.toLowerCase().replace(/[-_]/g, ' ')
  if (!word || word === 'self') return 'Not your own record'
  if (word === 'entrusted' || word === 'in care') return 'In your care'
  return `Your ${word}`
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean)
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.[0] ?? '').join('').toUpperCase()
}
