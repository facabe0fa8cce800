/** Whether this browser can keep and show passkeys. */
export const canUsePasskeys: boolean = typeof window !== 'undefined' && 'PublicKeyCredential' in window

/** Lets the browser make a passkey; what it answers, in the form that Salus reads. */
export async function makePasskey(publicKey: object): Promise<Record<string, unknown>> {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey as PublicKeyCredentialCreationOptionsJSON)
  return answered(await navigator.credentials.create({ publicKey: options }))
}

/** Lets the browser show a passkey. */
export async function showPasskey(publicKey: object): Promise<Record<string, unknown>> {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey as PublicKeyCredentialRequestOptionsJSON)
  return answered(await navigator.credentials.get({ publicKey: options }))
}

function answered(credential: Credential | null): Record<string, unknown> {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException('Nothing was shown', 'NotAllowedError')
  return { ...credential.toJSON() }
}

/** Whether the reader closed the browser's own window, or let it wait too long. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError')
}
