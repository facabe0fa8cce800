import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { KeyOverview } from '../api/salus.schemas'
import { draw, expectNoFaults } from '../app/testing'
import { Overview } from './Keys'

afterEach(cleanup)

const half: KeyOverview = {
  current: 'local-2',
  isChanging: true,
  masterKeys: [
    { id: 'local-1', holder: 'file', keys: 250, beingReplaced: 0 },
    { id: 'local-2', holder: 'file', keys: 201, beingReplaced: 1 },
  ],
  rotations: [
    { id: 'j3', of: 'master', state: 'running', done: 201, total: 451 },
    { id: 'j2', of: 'person', person: 'p7', state: 'failed', done: 0, total: 0, message: 'the record is no longer there', endedAt: '2026-01-05T08:00:00Z' },
    { id: 'j1', of: 'master', state: 'queued', done: 0, total: 0, message: 'the key service does not answer' },
  ],
}

test('who wraps how many is told in words, and how far a change is', async () => {
  const { container } = await draw(<Overview keys={half} />)
  expect(screen.getByText('250 of 451 keys')).toBeDefined()
  expect(screen.getByText('in use')).toBeDefined()
  expect(screen.getByText('on its way out')).toBeDefined()
  expect(screen.getByText('1 being replaced')).toBeDefined()
  expect(screen.getByText('201 of 451')).toBeDefined()
  expect(screen.getByRole('progressbar', { name: 'How far it is' }).getAttribute('aria-valuenow')).toBe(`${(100 * 201) / 451}`)
  expect(screen.getByText('failed')).toBeDefined()
  expect(screen.getByText('waits for its next try')).toBeDefined()
  expect(screen.queryByText(/does not answer\. Records/)).toBeNull()
  await expectNoFaults(container)
})

test('a silent key service and no rotation yet have words of their own', async () => {
  const silent = { ...half, current: null, rotations: [] }
  const { container } = await draw(<Overview keys={silent} />)
  expect(screen.getByRole('alert').textContent).toContain('does not answer')
  expect(screen.queryByText('on its way out')).toBeNull()
  expect(screen.getByText('No key was changed lately')).toBeDefined()
  await expectNoFaults(container)
})
