import { queryOptions } from '@tanstack/react-query'
import { transport } from '../app/transport'

export interface Choice {
  id: string
  words: string
}

/** People, practitioners or organizations by the beginning of their name, from the FHIR interface. */
export const choicesQuery = (type: 'Patient' | 'Practitioner' | 'Organization', name: string) =>
  queryOptions({
    queryKey: ['choices', type, name],
    enabled: name.trim().length > 1,
    queryFn: async ({ signal }) => {
      const search = new URLSearchParams({ name: name.trim(), _count: '8' })
      const found = await transport<FoundNames>(`/fhir/r4/${type}?${search}`, { signal, headers: { Accept: 'application/fhir+json' } })
      return (found.entry ?? []).map(({ resource }): Choice => ({ id: resource.id, words: wordsFor(resource) }))
    },
  })

/** The name of the one with this id, to show instead of the id. */
export const choiceQuery = (type: 'Patient' | 'Practitioner' | 'Organization', id: string) =>
  queryOptions({
    queryKey: ['choice', type, id],
    staleTime: 5 * 60_000,
    retry: false,
    queryFn: async ({ signal }) =>
      wordsFor(await transport<Named>(`/fhir/r4/${type}/${id}`, { signal, headers: { Accept: 'application/fhir+json' } })),
  })

interface Named {
  id: string
  name?: string | { text?: string; prefix?: string[]; given?: string[]; family?: string }[]
  birthDate?: string
}

interface FoundNames {
  entry?: { resource: Named }[]
}

function wordsFor({ id, name, birthDate }: Named): string {
  const first = typeof name === 'string' ? name : name?.[0]
  const words = typeof first === 'object' ? (first.text ?? [...(first.prefix ?? []), ...(first.given ?? []), first.family].filter(Boolean).join(' ')) : first
  return [words || id, birthDate && `born ${birthDate}`].filter(Boolean).join(', ')
}
