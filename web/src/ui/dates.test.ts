import { expect, test } from 'vitest'
import { day, seconds, span, year } from './dates'

test.each([
  ['2026-03-04', '4 Mar 2026'],
  ['2026-03-04T23:59:00-08:00', '4 Mar 2026'],
  ['2026-03', 'Mar 2026'],
  ['2026', '2026'],
  ['', 'Date not known'],
  [undefined, 'Date not known'],
  [null, 'Date not known'],
])('%s is written %s', (date, written) => {
  expect(day(date)).toBe(written)
})

test.each([
  ['2019-01-02', '2023', '2 Jan 2019 to 2023'],
  ['2019', undefined, '2019'],
  ['2019', '2019', '2019'],
])('from %s to %s is written %s', (from, to, written) => {
  expect(span(from, to)).toBe(written)
})

test('a partial date stands at its beginning on a curve', () => {
  expect(seconds('2026')).toBe(Date.UTC(2026, 0, 1) / 1000)
  expect(seconds('2026-03')).toBe(Date.UTC(2026, 2, 1) / 1000)
  expect(year('2026-03')).toBe('2026')
})
