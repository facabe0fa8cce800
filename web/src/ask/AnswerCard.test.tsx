import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { Answer } from '../api/salus.schemas'
import { draw, expectNoFaults } from '../app/testing'
import { Failure } from '../app/transport'
import { AnswerCard } from './AnswerCard'

afterEach(cleanup)

const citation: Answer['citations'][number] = {
  number: 1,
  title: 'Haemoglobin A1c',
  date: '2026-03-04',
  quote: '6.8 %',
  source: { kind: 'resource', type: 'Observation', id: 'o1', version: 2 },
}
const answer = (more: Partial<Answer>): Answer => ({
  kind: 'structured',
  sentences: [{ text: 'Your latest HbA1c was 6.8 %.', citations: [1] }],
  citations: [citation],
  notice: 'Salus informs; it does not diagnose.',
  tookMs: 3,
  ...more,
})
const card = (part: Partial<{ answer: Answer; error: unknown; onOpen: () => void; onAgain: () => void }>) => (
  <AnswerCard
    asked={{ key: 1, question: 'What is my HbA1c?', answer: part.answer, error: part.error }}
    onOpen={part.onOpen ?? vi.fn()}
    onAgain={part.onAgain ?? vi.fn()}
  />
)

test('each sentence ends in a chip that opens its source', async () => {
  const onOpen = vi.fn()
  const { container } = await draw(card({ answer: answer({}), onOpen }))
  fireEvent.click(await screen.findByRole('button', { name: 'Source 1: Haemoglobin A1c, 4 Mar 2026' }))
  expect(onOpen).toHaveBeenCalledWith(citation)
  expect(screen.getByText('Salus informs; it does not diagnose.')).toBeTruthy()
  await expectNoFaults(container)
})

test('a number that no citation has is not shown', async () => {
  await draw(card({ answer: answer({ sentences: [{ text: 'A claim.', citations: [1, 7] }] }) }))
  expect((await screen.findAllByRole('button', { name: /^Source/ })).length).toBe(1)
})

test.each([
  ['notFound', 'I can’t find this in the record'],
  ['unclear', 'I am not sure what you mean'],
  ['needsClinician', 'This needs a clinician'],
] as const)('%s is told calmly', async (kind, words) => {
  const { container } = await draw(card({ answer: answer({ kind, citations: [], sentences: [{ text: 'Why.', citations: [] }] }) }))
  expect(await screen.findByText(words)).toBeTruthy()
  await expectNoFaults(container)
})

test.each([
  [new Failure(0, 'x'), 'Salus does not answer; you may be offline.'],
  [new Failure(404, 'x'), 'You may not ask this record.'],
  [new Failure(422, 'x', 'The question is too long.'), 'The question is too long.'],
  [new Failure(500, 'secret'), 'Something went wrong in Salus.'],
])('%o is told, and can be tried again', async (error, words) => {
  const onAgain = vi.fn()
  await draw(card({ error, onAgain }))
  expect((await screen.findByRole('alert')).textContent).toContain(words)
  fireEvent.click(screen.getByRole('button', { name: 'Ask again' }))
  expect(onAgain).toHaveBeenCalledOnce()
})

test('while it is being looked for, the card says so', async () => {
  await draw(card({}))
  expect((await screen.findByRole('status')).textContent).toContain('Looking through the record')
})
