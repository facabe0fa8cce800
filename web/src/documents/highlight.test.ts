import { expect, test } from 'vitest'
import { stretchOf } from './highlight'

const text = 'Dear doctor,\nyour HbA1c was\n6.8 % (high).\nSee you soon.'

test.each([
  ['the span holds the words', { start: 13, end: 27, quote: 'your HbA1c was' }, [13, 27]],
  ['the words break over a line', { start: 0, end: 5, quote: 'HbA1c was 6.8 % (high).' }, [18, 41]],
  ['the words are not there', { start: 0, end: 4, quote: 'no such words' }, undefined],
  ['a span without words', { start: 0, end: 4 }, [0, 4]],
  ['a span outside the text', { start: 0, end: 4000 }, undefined],
] as const)('%s', (_, highlight, expected) => {
  expect(stretchOf(text, { page: 1, boxes: [], ...highlight })).toEqual(expected)
})
