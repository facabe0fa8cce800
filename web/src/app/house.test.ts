import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '..')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(tsx?|css)$/.test(name) && !name.startsWith('api/') && !name.includes('.test.'))
  .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }))

test('there are files to look at', () => {
  expect(files.length).toBeGreaterThan(60)
})

test.each([
  ['a colour is named in app/tokens.ts alone', /#[0-9a-f]{6}\b|#[0-9a-f]{3}\b(?!\w)|\b(?:rgba?|hsla?|oklch)\(/i, ['app/tokens.ts']],
  ['nothing is fetched from elsewhere', /https?:\/\/(?!www\.w3\.org)/, []],
  ['markup is never set from text', /dangerouslySetInnerHTML|innerHTML/, []],
  ['what is shown never speaks of artificial wits, nor calls a value abnormal', /\bAI\b|\babnormal/i, []],
  ['health data is kept in no storage of the browser', /(?:local|session)Storage\./, []],
])('%s', (_, forbidden, except) => {
  const found = files.filter(({ name, text }) => !(except as string[]).includes(name) && forbidden.test(text))
  expect(found.map(({ name, text }) => `${name}: ${forbidden.exec(text)?.[0]}`)).toEqual([])
})
