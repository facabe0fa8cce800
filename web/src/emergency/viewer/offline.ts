// A copy of the emergency view as one HTML file: no network, no server, nothing to install. Its content is encrypted
// by the passcode (PBKDF2, AES-256-GCM) and opened in the browser that reads it.

const ROUNDS = 600_000

/** The file for what is shown in `view`. */
export async function offlinePage(view: Element, passcode: string, name: string): Promise<Blob> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const key = await keyOf(passcode, salt)
  const content = new TextEncoder().encode(`<style>${styles()}</style>${view.outerHTML}`)
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, content))
  const page = template(JSON.stringify({ rounds: ROUNDS, salt: base64(salt), iv: base64(iv), sealed: base64(sealed) }), name)
  return new Blob([page], { type: 'text/html' })
}

async function keyOf(passcode: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const words = await crypto.subtle.importKey('raw', new TextEncoder().encode(passcode), 'PBKDF2', false, ['deriveKey'])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }
  return crypto.subtle.deriveKey(how, words, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
}

/** The rules of this page, as text; fonts are left out, for they are files. */
function styles(): string {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  return rules
    .filter((rule) => !(rule instanceof CSSFontFaceRule))
    .map((rule) => rule.cssText)
    .join('\n')
    .replaceAll('</', '<\\/')
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

function template(sealed: string, name: string): string {
  const title = name.replace(/[&<>"]/g, '')
  return `<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Emergency card of ${title}</title>
<style>body{font:18px system-ui;max-width:900px;margin:0 auto;padding:16px;background:white;color:black}
input,button{font:inherit;padding:10px;min-height:44px}</style></head>
<body><form><h1>Emergency card</h1><p>This copy opens without a network. It needs the passcode it was made with.</p>
<p><label>Passcode <input type="password" autocomplete="off" required autofocus></label> <button>Open</button></p><p role="alert"></p></form>
<script>
const sealed = ${sealed}
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  try {
    const words = new TextEncoder().encode(document.querySelector('input').value)
    const raw = await crypto.subtle.importKey('raw', words, 'PBKDF2', false, ['deriveKey'])
    const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(sealed.salt), iterations: sealed.rounds }
    const key = await crypto.subtle.deriveKey(how, raw, { name: 'AES-GCM', length: 256 }, false, ['decrypt'])
    const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes(sealed.iv) }, key, bytes(sealed.sealed))
    const page = new DOMParser().parseFromString(new TextDecoder().decode(opened), 'text/html')
    document.body.replaceChildren(...page.head.childNodes, ...page.body.childNodes)
  } catch {
    document.querySelector('[role=alert]').textContent = 'This passcode does not open it.'
  }
})
</script></body></html>`
}
