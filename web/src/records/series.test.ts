import { expect, test } from 'vitest'
import type { ResultGroup, ResultPoint } from '../api/salus.schemas'
import { lineOf, marksOf, measured, usualRange } from './series'

function group(...points: [string, number | undefined, Partial<ResultPoint>?][]): ResultGroup {
  const all = points.map(([date, value, more], index) => ({
    date,
    value,
    status: 'unknown' as const,
    source: { type: 'Observation', id: `o${index}`, version: 1 },
    ...more,
  }))
  return { code: '4548-4', title: 'HbA1c', latest: all[0]!, points: all }
}

test('points are put in order; those without a number are left out', () => {
  const points = measured(group(['2026-02-01', 6.5], ['2025-02-01', 7], ['2025-06-01', undefined]))
  expect(points.map((one) => one.value)).toEqual([7, 6.5])
})

test.each([
  ['a regular series has no gap', ['2025-01-01', '2025-04-01', '2025-07-01'], [1, 1, 1]],
  ['two silent years are a gap', ['2021-01-01', '2021-04-01', '2021-07-01', '2024-01-01'], [1, 1, 1, null, 1]],
  ['yearly checks are no gaps', ['2021-01-01', '2022-02-20', '2023-03-20'], [1, 1, 1]],
  ['one point is no line', ['2025-01-01'], [1]],
])('%s', (_, dates, line) => {
  expect(lineOf(measured(group(...dates.map((date): [string, number] => [date, 1])))).y).toEqual(line)
})

test('medicines begun on one day are one mark; without a date there is none', () => {
  const begun = (title: string, date?: string) => ({ title, date })
  expect(marksOf([begun('B', '2026-02-01'), begun('A', '2025-01-01'), begun('C', '2026-02-01T10:00:00Z'), begun('D')])).toEqual([
    { at: Date.UTC(2025, 0, 1) / 1000, words: 'A, begun 1 Jan 2025' },
    { at: Date.UTC(2026, 1, 1) / 1000, words: 'B, C, begun 1 Feb 2026' },
  ])
})

test('the lower number of a blood pressure is a line of its own', () => {
  const points = measured(group(['2026-01-01', 130, { secondValue: 84 }], ['2026-02-01', 126, { secondValue: 78 }]))
  expect(lineOf(points)).toMatchObject({ y: [130, 126], second: [84, 78] })
})

test('the usual range is that of the newest point that has one', () => {
  const points = measured(group(['2024-01-01', 6, { high: 6 }], ['2025-01-01', 6, { high: 5.6 }], ['2026-01-01', 6]))
  expect(usualRange(points)).toEqual({ low: undefined, high: 5.6 })
})
