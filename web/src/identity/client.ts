import type { ClientItem } from '../api/salus.schemas'

/** What kinds of programs can be registered, by what they can keep to themselves. */
export const clientKinds = [
  { value: 'public', label: 'An app on people’s own devices', description: 'In a browser or on a phone: it can keep no secret (a public client).' },
  { value: 'confidential', label: 'An app with a server of its own', description: 'Its server keeps a secret (a confidential client).' },
  { value: 'service', label: 'A service without a person', description: 'It signs with a key of its own, and acts for one account (a backend service).' },
] as const

export type ClientKind = (typeof clientKinds)[number]['value']

export interface ClientForm {
  kind: ClientKind
  name: string
  /** One on each line. */
  redirects: string
  scope: string
  jwksUri: string
  /** The keys themselves, as JSON, where they are published nowhere. */
  jwks: string
  /** Whether the service publishes its keys. */
  publishes: boolean
}

export const usualScopes: Record<ClientKind, string> = {
  public: 'openid fhirUser launch/patient offline_access patient/*.rs',
  confidential: 'openid fhirUser launch/patient offline_access patient/*.rs',
  service: 'system/*.rs',
}

export const emptyClient: ClientForm = { kind: 'public', name: '', redirects: '', scope: usualScopes.public, jwksUri: '', jwks: '', publishes: true }

/** What is registered, by the names of RFC 7591; or what is wrong with the keys. */
export function metadataOf(form: ClientForm): Record<string, unknown> | string {
  const common = { client_name: form.name.trim(), scope: form.scope.trim() }
  if (form.kind !== 'service') {
    return {
      ...common,
      redirect_uris: form.redirects.split(/\s+/).filter(Boolean),
      token_endpoint_auth_method: form.kind === 'public' ? 'none' : 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
    }
  }
  const service = { ...common, token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'] }
  if (form.publishes) return { ...service, jwks_uri: form.jwksUri.trim() }
  try {
    return { ...service, jwks: JSON.parse(form.jwks) as unknown }
  } catch {
    return 'This is no JSON. A set of keys begins with {"keys": [.'
  }
}

/** "A service without a person, with a key". */
export function kindWords(client: Pick<ClientItem, 'authMethod' | 'grantTypes' | 'jwksUri'>): string {
  const proofs: Record<string, string> = {
    none: 'keeps no secret',
    client_secret_basic: 'shows a secret',
    client_secret_post: 'shows a secret',
    private_key_jwt: client.jwksUri ? 'signs with keys that it publishes' : 'signs with a key that was given here',
  }
  const kind = client.grantTypes.includes('client_credentials') ? 'Service without a person' : client.authMethod === 'none' ? 'App on people’s devices' : 'App with a server of its own'
  return `${kind}; ${proofs[client.authMethod] ?? client.authMethod}`
}
