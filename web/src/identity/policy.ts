import type { Entry, Policy } from '../api/salus.schemas'

/** A rule as the form holds it: lists of elements as one text, and nothing missing. */
export interface Rule {
  /** Tells it from the others while rules come and go. */
  key: number
  denies: boolean
  type: string
  interactions: string[]
  scope: string
  /** A FHIR search without the type before it: `category=laboratory`. */
  criteria: string
  /** `telecom, address.line`, by the element's names within the type. */
  hidden: string
  readOnly: string
}

/** A policy as the form holds it. */
export interface Draft {
  name: string
  description: string
  rules: Rule[]
}

let keys = 0

export function newRule(): Rule {
  keys += 1
  return { key: keys, denies: false, type: 'Observation', interactions: ['read', 'search'], scope: 'compartment', criteria: '', hidden: '', readOnly: '' }
}

export const emptyDraft = (): Draft => ({ name: '', description: '', rules: [newRule()] })

export function draftOf(policy: Policy): Draft {
  return { name: policy.name, description: policy.description ?? '', rules: policy.entry.map(ruleOf) }
}

/** The policy of a form, in the shape that the server takes: what is empty is left out. */
export function policyOf(draft: Draft): Policy {
  const description = draft.description.trim()
  return { name: draft.name.trim(), ...(description && { description }), entry: draft.rules.map(entryOf) }
}

function ruleOf(entry: Entry): Rule {
  const { resourceType: type } = entry
  const criteria = entry.criteria ?? ''
  return {
    ...newRule(),
    type,
    denies: entry.effect === 'deny',
    interactions: entry.interaction,
    scope: entry.scope,
    criteria: criteria.startsWith(`${type}?`) ? criteria.slice(type.length + 1) : criteria,
    hidden: shortened(entry.hidden, type),
    readOnly: shortened(entry.readOnly, type),
  }
}

export function entryOf(rule: Rule): Entry {
  const criteria = rule.type === '*' ? '' : rule.criteria.trim().replace(/^\?/, '')
  const [hidden, readOnly] = rule.denies ? [[], []] : [elements(rule.hidden, rule.type), elements(rule.readOnly, rule.type)]
  return {
    resourceType: rule.type,
    ...(criteria && { criteria: /^[A-Za-z]+\?/.test(criteria) ? criteria : `${rule.type}?${criteria}` }),
    interaction: rule.interactions,
    ...(hidden.length > 0 && { hidden }),
    ...(readOnly.length > 0 && { readOnly }),
    ...(rule.denies && { effect: 'deny' }),
    scope: rule.scope,
  }
}

/** What could be typed next in a search: the names of what can be asked, for the condition that is being written. */
export function completions(criteria: string, names: readonly string[]): string[] {
  const start = criteria.lastIndexOf('&') + 1
  const begun = criteria.slice(start)
  if (begun.includes('=')) return []
  return names.filter((name) => name.startsWith(begun) && !name.startsWith('_')).map((name) => `${criteria.slice(0, start)}${name}=`)
}

const shortened = (paths: readonly string[] | undefined, type: string) =>
  (paths ?? []).map((path) => (path.startsWith(`${type}.`) ? path.slice(type.length + 1) : path)).join(', ')

/** `telecom` of a Patient is `Patient.telecom`; a path that names its type already stays. */
function elements(text: string, type: string): string[] {
  const paths = text.split(/[\s,]+/).filter(Boolean)
  return paths.map((path) => (type === '*' || /^[A-Z]/.test(path) ? path : `${type}.${path}`))
}

/** The JSON that experts edit. */
export const jsonOf = (draft: Draft): string => JSON.stringify(policyOf(draft), null, 2)

const known = {
  policy: ['name', 'description', 'entry'],
  entry: ['resourceType', 'criteria', 'interaction', 'hidden', 'readOnly', 'effect', 'scope'],
}
const lists = ['interaction', 'hidden', 'readOnly']

/** Reads the JSON of a policy; or says, for whoever wrote it, why no form can show it. */
export function policyFrom(json: string): Policy | string {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`
  }
  if (!isObject(value)) return 'A policy is a JSON object with a name and a list of entries.'
  const unknown = foreign(value, known.policy)
  if (unknown) return `A policy has no “${unknown}”.`
  if (typeof value.name !== 'string') return 'The “name” has to be a text.'
  if (!Array.isArray(value.entry)) return 'The “entry” has to be a list.'
  for (const [at, entry] of value.entry.entries()) {
    const wrong = entryFault(entry)
    if (wrong) return `entry[${at}]: ${wrong}`
  }
  return value as unknown as Policy
}

function entryFault(entry: unknown): string | undefined {
  if (!isObject(entry)) return 'an entry is a JSON object.'
  const unknown = foreign(entry, known.entry)
  if (unknown) return `an entry has no “${unknown}”.`
  const isTexts = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string')
  const wrong = Object.entries(entry).find(([name, value]) => (lists.includes(name) ? !isTexts(value) : typeof value !== 'string'))
  if (wrong) return `“${wrong[0]}” has to be ${lists.includes(wrong[0]) ? 'a list of texts' : 'a text'}.`
  const missing = ['resourceType', 'interaction', 'scope'].find((name) => !(name in entry))
  return missing && `“${missing}” is missing.`
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const foreign = (value: object, names: readonly string[]) => Object.keys(value).find((name) => !names.includes(name))
