import type { UseQueryResult } from '@tanstack/react-query'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { draw, expectNoFaults } from '../app/testing'
import { Failure } from '../app/transport'
import { Empty, Loaded, Shape } from './States'

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const query = (part: object) => ({ data: undefined, isError: false, dataUpdatedAt: 0, refetch: vi.fn(), ...part }) as unknown as UseQueryResult<string>
const loaded = (part: object) => (
  <Loaded query={query(part)} shape={<Shape rows={2} />}>
    {(data) => <p>{data}</p>}
  </Loaded>
)

test.each([
  ['an answer', { data: 'Metformin' }, 'Metformin'],
  ['loading', {}, 'Loading'],
  ['an error of the server', { isError: true, error: new Failure(500, 'boom') }, 'Nothing in the record has changed'],
  ['no connection', { isError: true, error: new Failure(0, 'x') }, 'Your record is safe where it is kept'],
  ['no access', { isError: true, error: new Failure(403, 'x') }, 'can give you access'],
  ['nothing there looks the same as no access', { isError: true, error: new Failure(404, 'x') }, 'can give you access'],
])('%s is drawn', async (_, part, words) => {
  const { container } = await draw(loaded(part))
  expect(await screen.findByText(words, { exact: false })).toBeTruthy()
  await expectNoFaults(container)
})

test('the text of a server error is not shown', async () => {
  await draw(loaded({ isError: true, error: new Failure(500, 'boom', 'secret detail') }))
  await screen.findByRole('alert')
  expect(screen.queryByText(/secret|boom/)).toBeNull()
})

test('what went wrong can be tried again', async () => {
  const refetch = vi.fn()
  await draw(loaded({ isError: true, error: new Failure(500, 'x'), refetch }))
  fireEvent.click(await screen.findByRole('button', { name: 'Try again' }))
  expect(refetch).toHaveBeenCalledOnce()
})

test('offline, what was read before is shown with the time it is from', async () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  await draw(loaded({ data: 'Metformin', dataUpdatedAt: new Date(2026, 2, 4, 10, 30).getTime() }))
  expect(await screen.findByText(/4 Mar 2026, 10:30/)).toBeTruthy()
  expect(screen.getByText('Metformin')).toBeTruthy()
})

test('offline with nothing read before says so', async () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  await draw(loaded({}))
  expect(await screen.findByText('You are offline')).toBeTruthy()
})

test('an empty place says what belongs there and how to fill it', async () => {
  const { container } = await draw(
    <Empty icon="documents" title="No documents yet" action={<button type="button">Add files</button>}>
      Add a letter.
    </Empty>,
  )
  expect(await screen.findByRole('button', { name: 'Add files' })).toBeTruthy()
  await expectNoFaults(container)
})
