import { afterEach, describe, expect, it, vi } from 'vitest'
import { answerStepUps, stepUp } from './stepUp'

afterEach(() => vi.useRealTimers())

describe('showing once more who one is', () => {
  it('waits for the dialog, asks once, and tells everybody who asked', async () => {
    const first = stepUp(['password'])
    const second = stepUp(['password'])
    const handler = vi.fn(({ done }: { done: (shown: boolean) => void }) => done(true))
    const stop = answerStepUps(handler)
    expect(await Promise.all([first, second])).toEqual([true, true])
    expect(handler).toHaveBeenCalledTimes(1)
    stop()
  })

  it('gives up where no dialog comes', async () => {
    vi.useFakeTimers()
    const answer = stepUp(['password'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await answer).toBe(false)
  })
})
