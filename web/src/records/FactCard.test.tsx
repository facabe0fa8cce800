import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { ResultGroup, ResultPoint } from '../api/salus.schemas'
import { draw, expectNoFaults } from '../app/testing'
import { FactCard } from './FactCard'

afterEach(cleanup)

const point = (more: Partial<ResultPoint>): ResultPoint => ({
  date: '2026-03-04',
  value: 6.8,
  unit: '%',
  low: 4,
  high: 5.6,
  status: 'high',
  source: { type: 'Observation', id: 'o1', version: 2 },
  ...more,
})
const group = (...points: ResultPoint[]): ResultGroup => ({
  code: '4548-4',
  title: 'Haemoglobin A1c',
  plainTitle: 'Long-term blood sugar',
  unit: '%',
  latest: points.at(-1)!,
  points,
})

test('a fact stands with its value, range, meaning, date and source', async () => {
  const { container } = await draw(<FactCard group={group(point({ date: '2025-12-01', value: 7 }), point({}))} personId="p" />)
  const card = await screen.findByRole('article')
  for (const words of ['Long-term blood sugar', 'Haemoglobin A1c', '6.8', 'Above the usual range', 'Usual range 4 to 5.6 %', '4 Mar 2026']) {
    expect(card.textContent).toContain(words)
  }
  expect(screen.getByRole('link', { name: /Source of Long-term blood sugar/ })).toBeTruthy()
  expect(card.querySelector('polyline')).toBeTruthy()
  await expectNoFaults(container)
})

test('without a range there is no bar, and nothing is said about it', async () => {
  await draw(<FactCard group={group(point({ low: null, high: null, status: 'unknown' }))} personId="p" />)
  const card = await screen.findByRole('article')
  expect(card.textContent).toContain('No usual range given')
  expect(card.textContent).not.toContain('Usual range 4')
  expect(card.querySelector('polyline')).toBeNull()
})
