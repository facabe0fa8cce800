import { expect, test } from 'vitest'
import { emptyClient, kindWords, metadataOf, type ClientForm } from './client'

const app = { client_name: 'Sunflower', scope: 'openid', redirect_uris: ['https://app.example/back', 'org.example.app:/back'], grant_types: ['authorization_code', 'refresh_token'] }
const service = { client_name: 'Sunflower', scope: 'openid', token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'] }

test.each<[Partial<ClientForm>, object | RegExp]>([
  [{ kind: 'public' }, { ...app, token_endpoint_auth_method: 'none' }],
  [{ kind: 'confidential' }, { ...app, token_endpoint_auth_method: 'client_secret_basic' }],
  [{ kind: 'service', jwksUri: ' https://sync.example/keys ' }, { ...service, jwks_uri: 'https://sync.example/keys' }],
  [{ kind: 'service', publishes: false, jwks: '{"keys": []}' }, { ...service, jwks: { keys: [] } }],
  [{ kind: 'service', publishes: false, jwks: '{"keys"' }, /no JSON/],
])('%j is registered by the names of the standard', (part, expected) => {
  const form = { ...emptyClient, name: ' Sunflower ', scope: ' openid ', redirects: 'https://app.example/back\n org.example.app:/back\n', ...part }
  const made = metadataOf(form)
  if (expected instanceof RegExp) expect(made).toMatch(expected)
  else expect(made).toEqual(expected)
})

test.each([
  ['none', ['authorization_code'], undefined, 'App on people’s devices; keeps no secret'],
  ['client_secret_post', ['authorization_code'], undefined, 'App with a server of its own; shows a secret'],
  ['private_key_jwt', ['authorization_code'], undefined, 'App with a server of its own; signs with a key that was given here'],
  ['private_key_jwt', ['client_credentials'], 'https://sync.example/keys', 'Service without a person; signs with keys that it publishes'],
])('%s with %j is told in words', (authMethod, grantTypes, jwksUri, words) => {
  expect(kindWords({ authMethod, grantTypes, jwksUri })).toBe(words)
})
