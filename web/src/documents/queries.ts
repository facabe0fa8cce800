import { queryOptions, useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { deleteDocument, getDocument, getDocumentContent, getDocumentText, getJob, importRecords, listDocuments, uploadDocument } from '../api/salus'
import type { DocumentItem } from '../api/salus.schemas'
import type { TransportOptions } from '../app/transport'

const SOON = 1000

/** While any document is still being read, the list is asked for again each second. */
export const documentsQuery = (person: string) =>
  queryOptions({
    queryKey: ['person', person, 'documents'],
    queryFn: ({ signal }) => listDocuments(person, { signal }),
    refetchInterval: (query) => (query.state.data?.some(isUnderWay) ? SOON : false),
  })

export const documentQuery = (id: string) =>
  queryOptions({
    queryKey: ['document', id],
    queryFn: ({ signal }) => getDocument(id, { signal }),
    refetchInterval: (query) => (query.state.data && isUnderWay(query.state.data) ? SOON : false),
  })

export const contentQuery = (id: string) =>
  queryOptions({
    queryKey: ['document', id, 'content'],
    queryFn: async ({ signal }) => {
      const bytes: unknown = await getDocumentContent(id, { signal })
      return bytes as Blob
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
  })

export const textQuery = (id: string) =>
  queryOptions({
    queryKey: ['document', id, 'text'],
    queryFn: ({ signal }) => getDocumentText(id, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
  })

/** An import goes on in the background; it is asked about each second until it ends. */
export const jobQuery = (id: string, person: string, queryClient: QueryClient) =>
  queryOptions({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => {
      const job = await getJob(id, { signal })
      if (hasEnded(job.state)) void queryClient.invalidateQueries({ queryKey: ['person', person] })
      return job
    },
    refetchInterval: (query) => (query.state.data && hasEnded(query.state.data.state) ? false : SOON),
  })

export function useUpload(person: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ file, ...options }: { file: File } & TransportOptions) => uploadDocument(person, { file }, options),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['person', person] }),
  })
}

export function useImport(person: string) {
  return useMutation({
    mutationFn: ({ file, ...options }: { file: File } & TransportOptions) => importRecords(person, { file }, options),
  })
}

export function useDelete(person: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => deleteDocument(id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['person', person] }),
  })
}

export function isUnderWay(item: DocumentItem): boolean {
  return item.state === 'received' || item.state === 'reading'
}

export function hasEnded(state: string): boolean {
  return state === 'done' || state === 'failed'
}

/** FHIR files, HL7 v2 messages and C-CDA documents become entries of the record; everything else is kept as a document. */
export function isRecords(file: File): boolean {
  return /\.(json|ndjson|hl7|xml)(\.gz)?$/i.test(file.name)
}
