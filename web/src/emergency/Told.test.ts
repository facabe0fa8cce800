import { expect, test } from 'vitest'
import type { ToldItem } from '../api/salus.schemas'
import { toldWords } from './Told'

const anna: ToldItem = { who: 'Anna R.', recipient: 'contact', state: 'waiting', at: '2026-03-04T14:03:00' }

test.each<[Partial<ToldItem>, string]>([
  [{ state: 'told', channel: 'email' }, 'Told on 4 Mar 2026, 14:03 by e-mail: Anna R.'],
  [{ state: 'told', channel: 'sms' }, 'Told on 4 Mar 2026, 14:03 by SMS: Anna R.'],
  [{ state: 'failed', problem: 'the mail server refused with 550' }, 'Could not be told: Anna R., for the mail server refused with 550'],
  [{ problem: 'the mail server could not be reached' }, 'Could not be told yet: Anna R., for the mail server could not be reached. It is tried again.'],
  [{}, 'Is being told: Anna R.'],
])('%j is told as "%s"', (more, expected) => {
  expect(toldWords({ ...anna, ...more })).toBe(expected)
})
