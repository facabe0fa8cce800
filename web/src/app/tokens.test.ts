import { expect, test } from 'vitest'
import { contrast, cssVariables, dark, light, shapePairs, textPairs } from './tokens'

const schemes = { light, dark }

for (const [scheme, tokens] of Object.entries(schemes)) {
  test.each(textPairs)(`${scheme}: %s on %s can be read (4.5:1)`, (text, ground) => {
    expect(contrast(tokens[text], tokens[ground])).toBeGreaterThanOrEqual(4.5)
  })

  test.each(shapePairs)(`${scheme}: %s on %s can be seen (3:1)`, (shape, ground) => {
    expect(contrast(tokens[shape], tokens[ground])).toBeGreaterThanOrEqual(3)
  })
}

test.each([
  ['#000000', '#FFFFFF', 21],
  ['#777777', '#FFFFFF', 4.48],
  ['#0B6E6E', '#0B6E6E', 1],
])('the contrast of %s and %s is %d', (a, b, expected) => {
  expect(contrast(a, b)).toBeCloseTo(expected, 1)
})

test('tokens become CSS variables in kebab case', () => {
  expect(cssVariables(light)['--salus-muted-ink']).toBe(light.mutedInk)
})
