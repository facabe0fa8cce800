import { describe, expect, it } from 'vitest'
import { wordsForProvider } from './providerWords'

describe('what went wrong at another provider', () => {
  it.each([
    [undefined, 'sign-in', undefined],
    ['not-linked', 'sign-in', 'Nobody here is linked with that. Sign in the usual way once, then link it under Me.'],
    ['taken', 'me', 'This is linked with an account here already.'],
    ['<b>made up</b>', 'sign-in', 'That did not work. Nothing was changed; try again.'],
    ['constructor', 'me', 'That did not work. Nothing was changed; try again.'],
  ] as const)('%s at %s', (problem, place, words) => {
    expect(wordsForProvider(problem, place)).toBe(words)
  })
})
