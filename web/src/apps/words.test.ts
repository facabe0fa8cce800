import { expect, test } from 'vitest'
import { line, ofKind, origin } from './words'

const app = { id: 'a', name: 'Sunflower', isVouchedFor: false }

test.each([
  ['https://app.example', 'app.example'],
  ['http://localhost:8123', 'this device (localhost:8123)'],
  ['http://127.0.0.1:8123', 'this device (127.0.0.1:8123)'],
  ['org.example.app', 'an app on this device (org.example.app)'],
])('an app from %s comes from %s', (comesFrom, expected) => {
  expect(origin({ ...app, comesFrom })).toBe(expected)
})

test('what an app can do is a line that begins with a capital, in its group', () => {
  const one = { scope: 'openid', words: 'know that it is you', kind: 'identity' as const, isOptional: false }
  expect(line(one)).toBe('Know that it is you')
  expect(ofKind([one], 'identity')).toEqual([one])
  expect(ofKind([one], 'look')).toEqual([])
})
