import { expect, test } from 'vitest'
import { size } from './size'

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [2_450_000, '2.5 MB'],
  [123_456_789, '123 MB'],
  [9_000_000_000_000, '9000 GB'],
])('%d bytes are told as %s', (bytes, words) => {
  expect(size(bytes)).toBe(words)
})
