import { day, moment, span } from '../ui/dates'
import { number } from './scale'
import type { Json, Resource } from './resource'

/** A resource as a person reads it: what it is, and its facts line by line. */
export interface Fact {
  kind: string
  title: string
  lines: { label: string; value: string }[]
}

/** Which elements of each type are shown, in which order, under which plain words; the first that is there is the title. */
const readings: Record<string, { kind: string; title: string[]; lines: [element: string, label: string][] }> = {
  Observation: {
    kind: 'Measurement',
    title: ['code'],
    lines: [
      ['value', 'Value'], ['component', 'Parts'], ['interpretation', 'As reported'], ['referenceRange', 'Usual range'],
      ['effective', 'Measured'], ['status', 'Status'], ['performer', 'Who measured'], ['note', 'Note'],
    ],
  },
  Condition: {
    kind: 'Condition',
    title: ['code'],
    lines: [
      ['clinicalStatus', 'Now'], ['verificationStatus', 'How sure'], ['severity', 'How severe'], ['onset', 'Began'],
      ['abatement', 'Ended'], ['recordedDate', 'Written down'], ['recorder', 'Who wrote it'], ['note', 'Note'],
    ],
  },
  MedicationRequest: {
    kind: 'Prescription',
    title: ['medication'],
    lines: [
      ['dosageInstruction', 'How to take it'], ['status', 'Status'], ['authoredOn', 'Prescribed'],
      ['requester', 'Who prescribed'], ['reasonCode', 'What for'], ['reasonReference', 'What for'], ['note', 'Note'],
    ],
  },
  MedicationStatement: {
    kind: 'Medicine',
    title: ['medication'],
    lines: [['dosage', 'How it is taken'], ['status', 'Status'], ['effective', 'When'], ['dateAsserted', 'Written down'], ['reasonCode', 'What for']],
  },
  AllergyIntolerance: {
    kind: 'Allergy',
    title: ['code'],
    lines: [
      ['reaction', 'What happens'], ['criticality', 'Danger'], ['clinicalStatus', 'Now'], ['verificationStatus', 'How sure'],
      ['onset', 'Began'], ['recordedDate', 'Written down'], ['recorder', 'Who wrote it'], ['note', 'Note'],
    ],
  },
  Immunization: {
    kind: 'Vaccine',
    title: ['vaccineCode'],
    lines: [['occurrence', 'Given'], ['status', 'Status'], ['lotNumber', 'Batch'], ['performer', 'Who gave it'], ['location', 'Where'], ['protocolApplied', 'Dose']],
  },
  Encounter: {
    kind: 'Visit',
    title: ['type', 'class'],
    lines: [
      ['period', 'When'], ['reasonCode', 'Why'], ['participant', 'Who was there'], ['serviceProvider', 'Where'],
      ['location', 'Place'], ['status', 'Status'],
    ],
  },
  Procedure: {
    kind: 'Procedure',
    title: ['code'],
    lines: [['performed', 'When'], ['status', 'Status'], ['performer', 'Who did it'], ['reasonCode', 'Why'], ['bodySite', 'Where on the body']],
  },
  DiagnosticReport: {
    kind: 'Report',
    title: ['code'],
    lines: [['conclusion', 'Conclusion'], ['effective', 'When'], ['issued', 'Issued'], ['performer', 'Who made it'], ['status', 'Status']],
  },
  DocumentReference: {
    kind: 'Document',
    title: ['description', 'type'],
    lines: [['type', 'Kind'], ['date', 'Added'], ['author', 'Who wrote it'], ['status', 'Status']],
  },
  Patient: {
    kind: 'Person',
    title: ['name'],
    lines: [['birthDate', 'Born'], ['gender', 'Sex'], ['telecom', 'Contact'], ['address', 'Address'], ['maritalStatus', 'Family status']],
  },
}

export function factOf(resource: Resource): Fact {
  const type = typeof resource.resourceType === 'string' ? resource.resourceType : 'Record'
  const reading = readings[type]
  const kind = reading?.kind ?? type.replace(/([a-z])([A-Z])/g, '$1 $2')
  const title = (reading?.title ?? ['code', 'name', 'description', 'type'])
    .map((element) => words(pick(resource, element)))
    .find(Boolean)
  const lines = (reading?.lines ?? others(resource)).flatMap(([element, label]) => {
    const value = listed(pick(resource, element), element)
    return value ? [{ label, value }] : []
  })
  return { kind, title: title ?? kind, lines }
}

/** What an element holds more than once stands line by line. */
function listed(value: Json | undefined, element: string): string {
  return Array.isArray(value) ? value.map((one) => words(one, element)).filter(Boolean).join('\n') : words(value, element)
}

/** An element by its name, or whichever form of a choice is there: `value` finds `valueQuantity`. */
function pick(resource: Resource, element: string): Json | undefined {
  if (element in resource) return resource[element]
  const form = Object.keys(resource).find((name) => name.startsWith(element) && /^[A-Z]/.test(name.slice(element.length)))
  return form && resource[form]
}

/** What stands in a type that has no reading of its own: its plain elements, under their own names. */
function others(resource: Resource): [string, string][] {
  return Object.entries(resource)
    .filter(([name]) => !['resourceType', 'id', 'meta', 'text', 'contained', 'extension'].includes(name))
    .map(([name]) => [name, name.replace(/([A-Z])/g, ' $1').replace(/^./, (first) => first.toUpperCase())])
}

/** Any FHIR datatype in words; an empty text where there is nothing to read. */
function words(value: Json | undefined, element = ''): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map((one) => words(one, element)).filter(Boolean).join('; ')
  if (typeof value === 'string') return /^\d{4}-\d{2}(-\d{2})?/.test(value) ? moment(value) : value.replace(/-/g, element === 'status' ? ' ' : '-')
  if (typeof value === 'number') return number(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return ofObject(value)
}

function ofObject(value: { [name: string]: Json }): string {
  const text = (name: string) => words(value[name])
  if ('coding' in value || 'text' in value) return text('text') || ofCoding(value.coding)
  if ('value' in value && ('unit' in value || 'code' in value)) return `${text('comparator')}${text('value')} ${text('unit') || text('code')}`.trim()
  if ('low' in value || 'high' in value) return [text('low'), text('high')].filter(Boolean).join(' to ')
  if ('start' in value || 'end' in value) return span(asText(value.start), asText(value.end)) || day(asText(value.start))
  if ('reference' in value || ('display' in value && !('code' in value))) return text('display') || text('reference')
  if ('family' in value || 'given' in value) return [given(value.given), text('family')].filter(Boolean).join(' ')
  if ('line' in value || 'city' in value) return ['line', 'postalCode', 'city', 'country'].map(text).filter(Boolean).join(', ')
  if ('code' in value) {
    const form = pick(value, 'value')
    return form === undefined ? text('display') || text('code') : `${text('code')}: ${words(form)}`
  }
  for (const name of ['actor', 'individual', 'location', 'manifestation', 'substance', 'value', 'doseNumberPositiveInt', 'doseNumberString']) {
    if (name in value) return text(name)
  }
  return ''
}

function ofCoding(coding: Json | undefined): string {
  const first = Array.isArray(coding) ? coding[0] : coding
  if (!first || typeof first !== 'object' || Array.isArray(first)) return ''
  return words(first.display) || words(first.code)
}

function given(names: Json | undefined): string {
  return Array.isArray(names) ? names.map((name) => words(name)).join(' ') : words(names)
}

function asText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
