import { afterEach, expect, test, vi } from 'vitest'
import { Failure, transport } from './transport'

afterEach(() => vi.unstubAllGlobals())

function answerWith(status: number, type: string, body: string) {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(status === 204 ? null : body, { status, headers: { 'Content-Type': type } })))
}

test.each([
  [200, 'application/json', '{"a":1}', { a: 1 }],
  [200, 'application/fhir+json; charset=utf-8', '{"a":1}', { a: 1 }],
  [204, '', '', undefined],
])('%d %s is read', async (status, type, body, expected) => {
  answerWith(status, type, body)
  expect(await transport('/api/v1/people', {})).toEqual(expected)
})

test.each([
  [404, 'application/problem+json', '{"title":"Not found","detail":"No such person"}', 'Not found', 'No such person'],
  [502, 'text/html', '<h1>Bad gateway</h1>', 'Something went wrong', undefined],
])('%d %s is a failure that says what it may', async (status, type, body, title, detail) => {
  answerWith(status, type, body)
  const failure: unknown = await transport('/api/v1/people', {}).catch((error: unknown) => error)
  expect(failure).toMatchObject({ status, title, detail })
})

test('a problem names the fields it is about', async () => {
  answerWith(422, 'application/problem+json', '{"title":"Invalid","errors":[{"field":"newPassword","detail":"is too short"}]}')
  const failure = (await transport('/x', {}).catch((error: unknown) => error)) as Failure
  expect(failure.about('newPassword')).toBe('is too short')
  expect(failure.about('currentPassword')).toBeUndefined()
})

test('no answer at all is a failure of its own', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')))
  expect(await transport('/x', {}).catch((error: unknown) => error)).toMatchObject({ status: 0 })
})
