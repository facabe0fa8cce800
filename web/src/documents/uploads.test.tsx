import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'
import { importRecords, uploadDocument } from '../api/salus'
import { Failure, type TransportOptions } from '../app/transport'
import { useUploads } from './uploads'

vi.mock('../api/salus', () => ({
  uploadDocument: vi.fn(),
  importRecords: vi.fn(),
  deleteDocument: vi.fn(),
  getDocument: vi.fn(),
  getDocumentContent: vi.fn(),
  getJob: vi.fn(),
  listDocuments: vi.fn(),
}))

beforeEach(() => vi.resetAllMocks())

function start() {
  const client = new QueryClient()
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>
  return renderHook(() => useUploads('p'), { wrapper }).result
}
const file = (name: string) => new File(['x'], name)

test.each([
  [new Failure(0, 'x'), 'The connection broke. Nothing was kept; try again.'],
  [new Failure(413, 'x'), 'It is larger than this Salus accepts.'],
  [new Failure(422, 'x', 'The file is empty.'), 'The file is empty.'],
  [new Failure(500, 'secret'), 'Salus could not keep it just now. Nothing was kept; try again.'],
])('%o is told', async (failure, words) => {
  vi.mocked(uploadDocument).mockRejectedValue(failure)
  const result = start()
  act(() => result.current.send([file('a.pdf')]))
  await waitFor(() => expect(result.current.uploads[0]).toMatchObject({ state: 'failed', reason: words }))
})

test('a file that fails never stops the rest', async () => {
  vi.mocked(uploadDocument).mockImplementation((_, body) =>
    (body.file as File).name === 'bad.pdf' ? Promise.reject(new Failure(422, 'x')) : Promise.resolve({} as never),
  )
  const result = start()
  act(() => result.current.send([file('bad.pdf'), file('good.pdf')]))
  await waitFor(() => expect(result.current.uploads.map((one) => one.name)).toEqual(['bad.pdf']))
  expect(uploadDocument).toHaveBeenCalledTimes(2)
})

test('a FHIR file is imported, and its job can be followed', async () => {
  vi.mocked(importRecords).mockResolvedValue({ jobId: 'j1' })
  const result = start()
  act(() => result.current.send([file('bundle.ndjson.gz')]))
  await waitFor(() => expect(result.current.uploads[0]).toMatchObject({ state: 'importing', jobId: 'j1' }))
})

test('progress is shown while a file is sent, and sending can be stopped', async () => {
  let options: TransportOptions | undefined
  vi.mocked(uploadDocument).mockImplementation((_, __, given) => {
    options = given as TransportOptions
    return new Promise(() => undefined)
  })
  const result = start()
  act(() => result.current.send([file('a.pdf')]))
  await waitFor(() => expect(options).toBeDefined())
  act(() => options?.onProgress?.(0.4))
  expect(result.current.uploads[0]?.sent).toBe(0.4)
  act(() => result.current.uploads[0]?.stop())
  expect(options?.signal?.aborted).toBe(true)
  expect(result.current.uploads).toEqual([])
})
