import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { AccessGroup } from '../api/salus.schemas'
import { draw, expectNoFaults } from '../app/testing'
import { Group } from './WhoLooked'

const group: AccessGroup = {
  day: '2026-01-05',
  account: 'a1',
  who: 'Eve',
  isYou: false,
  roles: ['clinician'],
  lines: [
    { what: 'tried to do this and was not allowed to: read allergies', times: 3, last: '2026-01-05T08:00:00Z', purpose: 'treatment', client: 'web', isDenied: true, isEmergency: false },
    { what: 'opened the record in an emergency', times: 1, last: '2026-01-05T09:00:00Z', purpose: null, client: null, isDenied: false, isEmergency: true },
  ],
}

test('a refusal and an emergency are told in words, not by colour alone', async () => {
  const { container } = await draw(<Group group={group} />)
  expect(screen.getByRole('region', { name: 'Eve, 5 Jan 2026' })).toBeDefined()
  expect(screen.getByText('refused')).toBeDefined()
  expect(screen.getByText('emergency')).toBeDefined()
  expect(screen.getByText('3 times')).toBeDefined()
  expect(screen.getByText('For treatment · through this website')).toBeDefined()
  await expectNoFaults(container)
})
