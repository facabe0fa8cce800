import type { Entry } from '../api/salus.schemas'
import type { Rule } from './policy'
import { called } from './resourceTypes'

/** What may be done, in the order in which it is told. */
export const interactions = [
  { value: 'read', label: 'See', description: 'Open entries' },
  { value: 'search', label: 'Search', description: 'Find them' },
  { value: 'create', label: 'Add', description: 'Write new ones' },
  { value: 'update', label: 'Change', description: 'Write over them' },
  { value: 'delete', label: 'Delete', description: 'Take them out' },
] as const

/** Whose entries a rule is about. */
export const scopes = [
  { value: 'compartment', label: 'Of the account’s people', words: 'of the account’s people' },
  { value: 'everyone', label: 'Of everybody', words: 'of everybody' },
  { value: 'shared', label: 'Of nobody, like doctors and places', words: 'in nobody’s record' },
] as const

/** "May see and search prescriptions of everybody, where the status is active." */
export function ruleWords(entry: Entry): string {
  const verbs = interactions.filter(({ value }) => entry.interaction.includes(value)).map(({ label }) => label.toLowerCase())
  const done = listed(verbs) || 'do nothing with'
  const whose = scopes.find(({ value }) => value === entry.scope)?.words ?? ''
  const may = entry.effect === 'deny' ? 'May never' : 'May'
  const which = criteriaWords(entry.criteria)
  const first = [may, done, called(entry.resourceType), whose].filter(Boolean).join(' ') + (which && `, where ${which}`)
  const hidden = entry.hidden?.length ? ` Does not see: ${paths(entry.hidden)}.` : ''
  const readOnly = entry.readOnly?.length ? ` Leaves as it is: ${paths(entry.readOnly)}.` : ''
  return `${first}.${hidden}${readOnly}`
}

/** `Observation?category=laboratory,vital-signs` as "the category is laboratory or vital-signs". */
function criteriaWords(criteria: string | null | undefined): string {
  const search = criteria?.slice(criteria.indexOf('?') + 1) ?? ''
  const conditions = [...new URLSearchParams(search)].map(([name, value]) => {
    const values = value.split(',').map((one) => one.slice(one.lastIndexOf('|') + 1)).filter(Boolean)
    return `the ${name.replace(/^_/, '').replaceAll(/[-:]/g, ' ')} is ${values.join(' or ')}`
  })
  return conditions.join(' and ')
}

/** "telecom, address line". */
const paths = (elements: readonly string[]) => elements.map((path) => path.slice(path.indexOf('.') + 1).replaceAll('.', ' ')).join(', ')

export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** What a rule's form can be told of. */
export type RuleField = 'resourceType' | 'criteria' | 'interaction' | 'hidden' | 'readOnly' | 'effect' | 'scope'

export type RuleFaults = Partial<Record<RuleField, string>>

export interface Faults {
  /** By the place of the rule, then by its field; what is about the whole rule stands under `effect`. */
  rules: Partial<Record<number, RuleFaults>>
  /** What is about no single rule. */
  others: string[]
}

const fields: readonly string[] = ['resourceType', 'criteria', 'interaction', 'hidden', 'readOnly', 'effect', 'scope']

/** What the server said, by the rule and the field that it is about. */
export function faultsOf(errors: readonly { field: string; detail: string }[]): Faults {
  const faults: Faults = { rules: {}, others: [] }
  for (const { field, detail } of errors) {
    const found = /^(?:AccessPolicy\.)?entry\[(\d+)\](?:\.(\w+))?/.exec(field)
    const words = plain(detail)
    if (!found) {
      faults.others.push(words)
      continue
    }
    const rule = (faults.rules[Number(found[1])] ??= {})
    const at = (fields.includes(found[2] ?? '') ? found[2] : 'effect') as RuleField
    rule[at] = rule[at] ? `${rule[at]} ${words}` : words
  }
  return faults
}

/** What of a rule a field shows. */
const shows: Record<RuleField, keyof Rule> = {
  resourceType: 'type',
  criteria: 'criteria',
  interaction: 'interactions',
  hidden: 'hidden',
  readOnly: 'readOnly',
  effect: 'denies',
  scope: 'scope',
}

/** What is still wrong, by the keys of the rules: a field that is not as it was sent is not told of any more. */
export function stillWrong(faults: Faults, sent: readonly Rule[], now: readonly Rule[]): Map<number, RuleFaults> {
  const left = new Map<number, RuleFaults>()
  for (const rule of now) {
    const at = sent.findIndex((one) => one.key === rule.key)
    const same = (field: RuleField) => sent[at]?.[shows[field]] === rule[shows[field]]
    const own = Object.entries(faults.rules[at] ?? {}).filter(([field]) => same(field as RuleField))
    if (own.length > 0) left.set(rule.key, Object.fromEntries(own))
  }
  return left
}

/** "The policy is not valid: criteria only filter." as "Criteria only filter." */
function plain(detail: string): string {
  const words = detail.replace(/^The policy is not valid: /, '')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
