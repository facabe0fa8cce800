import { expect, test } from 'vitest'
import type { Entry, Policy } from '../api/salus.schemas'
import { completions, draftOf, emptyDraft, entryOf, jsonOf, newRule, policyFrom, policyOf, type Rule } from './policy'
import { faultsOf, ruleWords, stillWrong } from './policyWords'
import { called, choices } from './resourceTypes'

const nurse: Policy = {
  name: 'Study nurse',
  description: 'Reads what the study needs',
  entry: [
    { resourceType: 'Observation', criteria: 'Observation?category=vital-signs', interaction: ['read', 'search'], scope: 'compartment' },
    {
      resourceType: 'Patient', interaction: ['read', 'update'], hidden: ['Patient.telecom', 'Patient.address.line'],
      readOnly: ['Patient.identifier'], scope: 'everyone',
    },
    { resourceType: '*', interaction: ['delete'], effect: 'deny', scope: 'shared' },
  ],
}

test('a policy comes out of the form and out of the JSON as it went in', () => {
  expect(policyOf(draftOf(nurse))).toEqual(nurse)
  expect(policyFrom(jsonOf(draftOf(nurse)))).toEqual(nurse)
})

test('an explicit allow is the same as none', () => {
  const entry = { ...nurse.entry[0]!, effect: 'allow' }
  expect(policyOf(draftOf({ name: 'x', entry: [entry] })).entry).toEqual([nurse.entry[0]])
})

test('the form shows elements and criteria without their type', () => {
  const [first, second] = draftOf(nurse).rules
  expect([first?.criteria, second?.hidden, second?.readOnly]).toEqual(['category=vital-signs', 'telecom, address.line', 'identifier'])
})

test.each<[string, Partial<Rule>, Partial<Entry>]>([
  ['a type is put before criteria', { criteria: ' status=final ' }, { criteria: 'Observation?status=final' }],
  ['a question mark is no part of them', { criteria: '?status=final' }, { criteria: 'Observation?status=final' }],
  ['criteria of another type are sent for the server to judge', { criteria: 'Patient?gender=male' }, { criteria: 'Patient?gender=male' }],
  ['elements are parted by commas or spaces', { hidden: 'note,  value component' }, { hidden: ['Observation.note', 'Observation.value', 'Observation.component'] }],
  ['a path with its type stays', { readOnly: 'Patient.telecom' }, { readOnly: ['Patient.telecom'] }],
  ['of everything, paths name their type', { type: '*', hidden: 'Patient.telecom' }, { resourceType: '*', hidden: ['Patient.telecom'] }],
  ['everything is matched by no search', { type: '*', criteria: 'status=final' }, { resourceType: '*' }],
  ['what forbids hides nothing', { denies: true, hidden: 'note' }, { effect: 'deny' }],
])('%s', (_, part, expected) => {
  const plain: Entry = { resourceType: 'Observation', interaction: ['read', 'search'], scope: 'compartment' }
  expect(entryOf({ ...newRule(), ...part })).toEqual({ ...plain, ...expected })
})

test.each([
  ['', ['category=', 'code=']],
  ['cat', ['category=']],
  ['category=', []],
  ['category=x&co', ['category=x&code=']],
])('%j can go on with %j', (criteria, expected) => {
  expect(completions(criteria, ['category', 'code', '_id'])).toEqual(expected)
})

test('rules of one form are told apart', () => {
  const keys = [...draftOf(nurse).rules, ...emptyDraft().rules].map((rule) => rule.key)
  expect(new Set(keys).size).toBe(4)
})

test.each([
  ['{', /^This is no JSON/],
  ['[]', /JSON object/],
  ['{"name":"x","entry":[],"colour":"blue"}', /no “colour”/],
  ['{"entry":[]}', /“name”/],
  ['{"name":"x"}', /“entry”/],
  ['{"name":"x","entry":["read"]}', /^entry\[0\]: an entry is a JSON object/],
  ['{"name":"x","entry":[{"resourceType":"Patient","interaction":["read"],"scope":"everyone","shoe":5}]}', /^entry\[0\]: .*“shoe”/],
  ['{"name":"x","entry":[{"resourceType":"Patient","interaction":"read","scope":"everyone"}]}', /“interaction” has to be a list of texts/],
  ['{"name":"x","entry":[{"resourceType":7,"interaction":["read"],"scope":"everyone"}]}', /“resourceType” has to be a text/],
  ['{"name":"x","entry":[{"resourceType":"Patient","interaction":["read"]}]}', /“scope” is missing/],
])('%s is told what is wrong with it', (json, expected) => {
  expect(policyFrom(json)).toMatch(expected)
})

test.each<[Entry, string]>([
  [nurse.entry[0]!, 'May see and search measurements and test results of the account’s people, where the category is vital-signs.'],
  [nurse.entry[1]!, 'May see and change names, birth dates and contact details of everybody. Does not see: telecom, address line. Leaves as it is: identifier.'],
  [nurse.entry[2]!, 'May never delete everything in nobody’s record.'],
  [
    { resourceType: 'NutritionOrder', criteria: 'NutritionOrder?status=http://x|active,draft&_id=a', interaction: ['search', 'read', 'create'], scope: 'everyone' },
    'May see, search and add entries of the kind “nutrition order” of everybody, where the status is active or draft and the id is a.',
  ],
  [{ resourceType: 'Patient', interaction: [], scope: 'everyone' }, 'May do nothing with names, birth dates and contact details of everybody.'],
])('a rule is told in words: %#', (entry, words) => {
  expect(ruleWords(entry)).toBe(words)
})

test('what the server says stands at the rule and the field it is about', () => {
  const faults = faultsOf([
    { field: 'AccessPolicy.entry[1].criteria', detail: 'The policy is not valid: criteria only filter.' },
    { field: 'AccessPolicy.entry[1].hidden[0]', detail: 'one.' },
    { field: 'AccessPolicy.entry[1].hidden[2]', detail: 'two.' },
    { field: 'entry[0].shoe', detail: 'unknown field' },
    { field: 'AccessPolicy.entry[2]', detail: 'the whole.' },
    { field: 'AccessPolicy.name', detail: 'this has to be a text.' },
  ])
  expect(faults).toEqual({
    rules: { 0: { effect: 'Unknown field' }, 1: { criteria: 'Criteria only filter.', hidden: 'One. Two.' }, 2: { effect: 'The whole.' } },
    others: ['This has to be a text.'],
  })
})

test('a field that was changed since is not told of any more, and a rule keeps its faults when others go', () => {
  const [first, second, third] = [newRule(), newRule(), newRule()]
  const faults = { rules: { 0: { criteria: 'a' }, 1: { criteria: 'b', interaction: 'c' }, 2: { hidden: 'd' } }, others: [] }
  const now = [{ ...second, criteria: 'status=final' }, third, newRule()]
  expect(stillWrong(faults, [first, second, third], now)).toEqual(new Map([[second.key, { interaction: 'c' }], [third.key, { hidden: 'd' }]]))
})

test('kinds of entries are found by their plain names, and none is lost', () => {
  expect(choices(['Zzz', 'Patient', 'Condition'])).toEqual([
    { value: '*', label: 'Everything' },
    { value: 'Condition', label: 'Diagnoses and problems (Condition)' },
    { value: 'Patient', label: 'Names, birth dates and contact details (Patient)' },
    { value: 'Zzz', label: 'Zzz' },
  ])
  expect(called('*')).toBe('everything')
})
