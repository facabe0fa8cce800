import type { Problem } from '../api/salus.schemas'
import { stepUp } from '../auth/stepUp'

/** What the server said when it did not do as asked (problem+json), or that it could not be reached. */
export class Failure extends Error {
  constructor(
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly title: string,
    readonly detail?: string,
    /** What is wrong with which field of a form. */
    readonly fields: readonly { field: string; detail: string }[] = [],
    /** The word for the kind of problem: `step-up-required`. */
    readonly kind = '',
    /** What one can show once more who one is with, where that is what is missing. */
    readonly factors: readonly string[] = [],
  ) {
    super(detail ?? title)
    this.name = 'Failure'
  }

  /** What is wrong with that field, if anything. */
  about(field: string): string | undefined {
    return this.fields.find((one) => one.field === field)?.detail
  }
}

export interface TransportOptions extends RequestInit {
  /** Called with 0 to 1 while the body is sent; only uploads ask for it. */
  onProgress?: (done: number) => void
}

/** Carries each request of the generated client: same origin, the session's cookie, errors as `Failure`. */
export async function transport<T>(url: string, options: TransportOptions): Promise<T> {
  const response = await exchange(url, options)
  if (response.ok) return (await content(response)) as T
  const problem = await failure(response)
  // What needs a fresh proof is sent again once it was given; it was refused before anything was done.
  if (problem.kind !== 'step-up-required' || !(await stepUp(problem.factors))) throw problem
  const again = await exchange(url, options)
  if (!again.ok) throw await failure(again)
  return (await content(again)) as T
}

function exchange(url: string, options: TransportOptions): Promise<Response> {
  return options.onProgress ? send(url, options, options.onProgress) : call(url, options)
}

async function call(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...options, credentials: 'same-origin' })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Failure(0, 'Salus could not be reached')
  }
}

/** The same over XMLHttpRequest, the one way a browser tells how much of a body has gone out. */
function send(url: string, options: RequestInit, onProgress: (done: number) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(options.method ?? 'POST', url)
    request.responseType = 'blob'
    new Headers(options.headers).forEach((value, name) => request.setRequestHeader(name, value))
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onerror = () => reject(new Failure(0, 'Salus could not be reached'))
    request.onabort = () => reject(new DOMException('Stopped', 'AbortError'))
    request.onload = () =>
      resolve(
        new Response(request.status === 204 ? null : (request.response as Blob), {
          status: request.status,
          headers: { 'Content-Type': request.getResponseHeader('Content-Type') ?? '' },
        }),
      )
    options.signal?.addEventListener('abort', () => request.abort())
    request.send(options.body as XMLHttpRequestBodyInit)
  })
}

async function failure(response: Response): Promise<Failure> {
  const text = await response.text().catch(() => '')
  try {
    const problem = JSON.parse(text) as Partial<Problem>
    const kind = problem.type?.split(':').at(-1)
    return new Failure(response.status, problem.title ?? response.statusText, problem.detail ?? undefined, problem.errors, kind, problem.factors)
  } catch {
    return new Failure(response.status, response.statusText || 'Something went wrong')
  }
}

async function content(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const type = response.headers.get('Content-Type') ?? ''
  return /[/+]json\b/.test(type) && !response.url.endsWith('/content') ? response.json() : response.blob()
}
