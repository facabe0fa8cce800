import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { Failure } from '../app/transport'
import { isRecords, useImport, useUpload } from './queries'

export interface Upload {
  key: number
  name: string
  /** 0 to 1 while it is sent. */
  sent: number
  state: 'sending' | 'kept' | 'importing' | 'failed'
  reason?: string
  jobId?: string
  stop: () => void
  again: () => void
}

/** Files on their way to Salus. One that fails never stops the rest. */
export function useUploads(person: string) {
  const upload = useUpload(person)
  const records = useImport(person)
  const queryClient = useQueryClient()
  const [uploads, setUploads] = useState<Upload[]>([])
  const next = useRef(0)

  const change = (key: number, part: Partial<Upload>) =>
    setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...part } : one)))
  const drop = (key: number) => setUploads((all) => all.filter((one) => one.key !== key))

  async function send(file: File) {
    const key = next.current++
    const control = new AbortController()
    const entry: Upload = {
      key,
      name: file.name,
      sent: 0,
      state: 'sending',
      stop: () => {
        control.abort()
        drop(key)
      },
      again: () => {
        drop(key)
        void send(file)
      },
    }
    setUploads((all) => [...all, entry])
    const options = { file, signal: control.signal, onProgress: (sent: number) => change(key, { sent }) }
    try {
      if (isRecords(file)) {
        const { jobId } = await records.mutateAsync(options)
        change(key, { state: 'importing', jobId, sent: 1 })
      } else {
        await upload.mutateAsync(options)
        await queryClient.invalidateQueries({ queryKey: ['person', person, 'documents'] })
        drop(key)
      }
    } catch (error) {
      if (!control.signal.aborted) change(key, { state: 'failed', reason: reasonFor(error) })
    }
  }

  return { uploads, send: (files: Iterable<File>) => [...files].forEach((file) => void send(file)) }
}

function reasonFor(error: unknown): string {
  if (!(error instanceof Failure)) return 'It could not be sent. Nothing was kept.'
  if (error.status === 0) return 'The connection broke. Nothing was kept; try again.'
  if (error.status === 413) return 'It is larger than this Salus accepts.'
  if (error.status >= 500) return 'Salus could not keep it just now. Nothing was kept; try again.'
  return error.detail ?? error.title
}
