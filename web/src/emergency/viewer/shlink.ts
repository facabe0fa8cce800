// SMART Health Links in the browser: reading the code, asking for its files, opening them. The key never leaves here.

/** What stands behind `shlink:/`. */
export interface Payload {
  url: string
  key: string
  exp?: number
  flag?: string
  label?: string
}

/** Why a link did not open. */
export class LinkFault extends Error {
  constructor(
    readonly kind: 'broken' | 'over' | 'passcode' | 'unreachable' | 'altered',
    readonly attemptsLeft?: number,
  ) {
    super(kind)
  }
}

/** The link in an address: `…/v#shlink:/eyJ…`. */
export function payloadOf(address: string): Payload {
  const found = /shlink:\/([A-Za-z0-9_-]+)/.exec(address)
  try {
    const payload = JSON.parse(new TextDecoder().decode(bytes(found?.[1] ?? ''))) as Payload
    if (typeof payload.url !== 'string' || bytes(payload.key).length !== 32) throw new LinkFault('broken')
    return payload
  } catch {
    throw new LinkFault('broken')
  }
}

/** Opens the link and gives its first FHIR document. */
export async function openLink(payload: Payload, recipient: string, passcode: string): Promise<unknown> {
  if (payload.exp && payload.exp * 1000 < Date.now()) throw new LinkFault('over')
  const jwe = payload.flag?.includes('U') ? await direct(payload, recipient) : await manifest(payload, recipient, passcode)
  try {
    return JSON.parse(await decrypt(jwe, payload.key))
  } catch {
    throw new LinkFault('altered')
  }
}

async function direct(payload: Payload, recipient: string): Promise<string> {
  const answer = await ask(`${payload.url}?recipient=${encodeURIComponent(recipient)}`, {})
  return answer.text()
}

async function manifest(payload: Payload, recipient: string, passcode: string): Promise<string> {
  const body = JSON.stringify({ recipient, ...(payload.flag?.includes('P') && { passcode }) })
  const answer = await ask(payload.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  const { files } = (await answer.json()) as { files: { contentType: string; embedded?: string; location?: string }[] }
  const file = files.find((one) => one.contentType.startsWith('application/fhir+json'))
  if (file?.embedded) return file.embedded
  if (!file?.location) throw new LinkFault('broken')
  return (await ask(file.location, {})).text()
}

async function ask(url: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(url, { ...options, credentials: 'omit' }).catch(() => {
    throw new LinkFault('unreachable')
  })
  if (answer.status === 401) {
    const left = (await answer.json().catch(() => ({}))) as { remainingAttempts?: number }
    throw new LinkFault('passcode', left.remainingAttempts)
  }
  if (answer.status === 404) throw new LinkFault('over')
  if (!answer.ok) throw new LinkFault('unreachable')
  return answer
}

/** The text in a compact JWE (`dir`, `A256GCM`, deflated or not). */
export async function decrypt(jwe: string, key: string): Promise<string> {
  const [header = '', , iv = '', content = '', tag = ''] = jwe.trim().split('.')
  const { enc, zip } = JSON.parse(new TextDecoder().decode(bytes(header))) as { enc: string; zip?: string }
  if (enc !== 'A256GCM') throw new LinkFault('broken')
  const secret = await crypto.subtle.importKey('raw', bytes(key), 'AES-GCM', false, ['decrypt'])
  const sealed = new Uint8Array([...bytes(content), ...bytes(tag)])
  const additionalData = new TextEncoder().encode(header)
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes(iv), additionalData }, secret, sealed)
  if (zip !== 'DEF') return new TextDecoder().decode(opened)
  const inflated = new Blob([opened]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(inflated).text()
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}
