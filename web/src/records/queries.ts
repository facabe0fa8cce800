import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import {
  getGlance, getResult, getTimeline, listAllergies, listConditions, listEncounters, listImmunizations, listMedicines,
  listResults,
} from '../api/salus'

export const glanceQuery = (person: string) =>
  queryOptions({ queryKey: ['person', person, 'glance'], queryFn: ({ signal }) => getGlance(person, { signal }) })

export const conditionsQuery = (person: string) =>
  queryOptions({ queryKey: ['person', person, 'conditions'], queryFn: ({ signal }) => listConditions(person, { signal }) })

export const medicinesQuery = (person: string) =>
  queryOptions({ queryKey: ['person', person, 'medicines'], queryFn: ({ signal }) => listMedicines(person, { signal }) })

export const allergiesQuery = (person: string) =>
  queryOptions({ queryKey: ['person', person, 'allergies'], queryFn: ({ signal }) => listAllergies(person, { signal }) })

export const immunizationsQuery = (person: string) =>
  queryOptions({ queryKey: ['person', person, 'immunizations'], queryFn: ({ signal }) => listImmunizations(person, { signal }) })

export const encountersQuery = (person: string) =>
  queryOptions({ queryKey: ['person', person, 'encounters'], queryFn: ({ signal }) => listEncounters(person, { signal }) })

export const resultsQuery = (person: string) =>
  queryOptions({ queryKey: ['person', person, 'results'], queryFn: ({ signal }) => listResults(person, { signal }) })

export const resultQuery = (person: string, code: string) =>
  queryOptions({
    queryKey: ['person', person, 'results', code],
    queryFn: ({ signal }) => getResult(person, encodeURIComponent(code), { signal }),
  })

export const timelineQuery = (person: string) =>
  infiniteQueryOptions({
    queryKey: ['person', person, 'timeline'],
    queryFn: ({ signal, pageParam }) => getTimeline(person, { count: 40, before: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
