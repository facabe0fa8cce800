import { expect, test } from 'vitest'
import { allergen, asTitle } from './words'

test.each([
  ['metformin 500 MG', 'Metformin 500 MG'],
  ['eGFR', 'eGFR'],
  ['pH of urine', 'pH of urine'],
  ['Tdap', 'Tdap'],
  ['', ''],
])('%s begins a line as %s', (name, title) => {
  expect(asTitle(name)).toBe(title)
})

test.each([
  ['Allergy to penicillin', 'penicillin'],
  ['Latex allergy', 'Latex'],
  ['lisinopril', 'lisinopril'],
])('%s is an allergy to %s', (title, name) => {
  expect(allergen(title)).toBe(name)
})
