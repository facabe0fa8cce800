import { expect, test } from 'vitest'
import type { ResultPoint } from '../api/salus.schemas'
import { namesOf, number, place, rangeInWords, scaleOf, statusOf, valueOf } from './scale'

const point = (more: Partial<ResultPoint>): ResultPoint => ({
  date: '2026-03-04',
  status: 'unknown',
  source: { type: 'Observation', id: 'a', version: 1 },
  ...more,
})

test.each([
  [{ status: 'high', value: 5.8, high: 5.6 }, 'A little above the usual range'],
  [{ status: 'high', value: 9, high: 5.6 }, 'Above the usual range'],
  [{ status: 'low', value: 3.9, low: 4 }, 'A little below the usual range'],
  [{ status: 'low', value: 2, low: 4 }, 'Below the usual range'],
  [{ status: 'in-range', value: 5 }, 'In the usual range'],
  [{ status: 'unknown', value: 5 }, 'No usual range given'],
] as const)('%o reads %s', (more, words) => {
  expect(statusOf(point(more)).words).toBe(words)
})

test.each([
  [{ low: 4, high: 5.6, unit: '%' }, '4 to 5.6 %'],
  [{ high: 5.6 }, 'up to 5.6'],
  [{ low: 60, unit: 'mL/min' }, '60 mL/min or more'],
  [{}, undefined],
] as const)('the range %o reads %s', (range, words) => {
  expect(rangeInWords(range)).toBe(words)
})

test('a scale shows every value and the usual range, with air', () => {
  const scale = scaleOf([9, 5], 4, 5.6)
  expect(scale).toMatchObject({ low: 4, high: 5.6 })
  expect(scale?.from).toBeLessThan(4)
  expect(scale?.to).toBeGreaterThan(9)
  expect(place(scale!, 9)).toBeLessThan(1)
  expect(scaleOf([undefined, null])).toBeUndefined()
  expect(scaleOf([0.1, 30])?.from).toBe(0)
})

test.each([
  [6.8, '6.8'],
  [0.30000000000000004, '0.3'],
  [1234.5, '1,234.5'],
  [-2.25, '-2.25'],
])('%d is written %s', (value, written) => {
  expect(number(value)).toBe(written)
})

test.each([
  ['Hemoglobin A1c', 'HbA1c', { plain: 'HbA1c', term: 'Hemoglobin A1c' }],
  ['eGFR', 'EGFR', { plain: 'eGFR' }],
  ['Sodium', undefined, { plain: 'Sodium' }],
])('%s, plainly %s', (title, plainTitle, names) => {
  expect(namesOf({ title, plainTitle })).toEqual(names)
})

test('a result without a number is shown in its words', () => {
  expect(valueOf(point({ text: 'Negative' }))).toBe('Negative')
  expect(valueOf(point({ value: 126, secondValue: 78, text: '126/78 mmHg' }))).toBe('126/78')
  expect(valueOf(point({}))).toBe('No value')
})
