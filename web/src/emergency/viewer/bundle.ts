// From an International Patient Summary to the lines of the emergency view. It reads what any system wrote, so it
// takes nothing for granted, and says of what it does not find that it is not recorded.
import type { CardContact, CardLine, EmergencyCard, Mark, Part } from '../../api/salus.schemas'

type Json = { [name: string]: unknown }

const MARKS = 'urn:salus:CodeSystem/emergency-mark'
const ABSENT = /^no-(?:allergy|medication|problem)-info$/
const NONE = /^no-known-/
const BLOOD = ['882-1', '883-9', '10331-7']

/** The view of a document Bundle; nothing where it is none. */
export function cardOf(bundle: unknown, now = new Date()): EmergencyCard | undefined {
  const entries = list(object(bundle).entry).map(object)
  const resources = new Map(entries.map((entry) => [text(entry.fullUrl) ?? '', object(entry.resource)]))
  const composition = [...resources.values()].find((one) => one.resourceType === 'Composition')
  const patient = [...resources.values()].find((one) => one.resourceType === 'Patient')
  if (!composition || !patient) return undefined
  const section = (code: string): Json[] => {
    const found = list(composition.section).map(object).find((one) => codes(one.code).includes(code))
    const references = list(found?.entry).map((entry) => text(object(entry).reference) ?? '')
    return references.map((reference) => resources.get(reference)).filter((one) => one !== undefined)
  }
  const meant = (reference: unknown) => resources.get(text(object(reference).reference) ?? '')
  return {
    who: who(patient, now),
    allergies: part(section('48765-2'), (one) => ({ ...line(one, concept(one.code)), detail: reactions(one), isCritical: one.criticality === 'high' })),
    medicines: part(section('10160-0'), (one) => {
      const code = one.medicationCodeableConcept ?? meant(one.medicationReference)?.code
      const name = concept(code) ?? text(object(one.medicationReference).display)
      return { ...line(one, name), detail: dosage(one), marks: marks(one) }
    }),
    conditions: part(section('11450-4'), (one) => line(one, concept(one.code))),
    devices: section('46264-8').map((one) => {
      const device = meant(one.device)
      const name = concept(device?.type) ?? text(object(one.device).display)
      return { ...line(one, name), detail: concept(one.bodySite) }
    }),
    bloodGroup: section('30954-2')
      .filter((one) => codes(one.code).some((code) => BLOOD.includes(code)))
      .map((one) => line(one, concept(one.valueCodeableConcept) ?? text(one.valueString))),
    contacts: list(patient.contact).map(object).map(contact),
    wishes: section('42348-3').map((one) => line(one, list(object(one.provision).code).map(concept).filter(Boolean).join('; ') || concept(list(one.category)[0]))),
    asOf: text(object(bundle).timestamp) ?? text(composition.date) ?? '',
  }
}

function part(resources: Json[], read: (one: Json) => CardLine): Part {
  const said = (pattern: RegExp) => (one: Json) => [...codes(one.code), ...codes(one.medicationCodeableConcept)].some((code) => pattern.test(code))
  const isNone = (one: Json) => said(NONE)(one) || codes(one.code).includes('716186003')
  const lines = resources.filter((one) => !said(ABSENT)(one) && !isNone(one)).map(read)
  const known = lines.length > 0 ? 'listed' : resources.some(isNone) ? 'none' : 'not-recorded'
  const weight = (one: CardLine) => (one.isCritical || one.marks.length > 0 ? 0 : 1)
  return { known, lines: lines.sort((one, other) => weight(one) - weight(other)) }
}

function line(resource: Json, title: string | undefined): CardLine {
  const source = { type: text(resource.resourceType) ?? '', id: text(resource.id) ?? '', version: 1 }
  return { title: title ?? 'Without a name', date: date(resource), isCritical: false, marks: [], source }
}

function who(patient: Json, now: Date): EmergencyCard['who'] {
  const birthDate = text(patient.birthDate)
  const name = list(patient.name).map(object).find((one) => one.use !== 'old')
  const words = text(name?.text) ?? [...list(name?.given), name?.family].filter((word) => typeof word === 'string').join(' ')
  return {
    id: text(patient.id) ?? '',
    name: words || 'Without a name',
    birthDate,
    age: birthDate?.length === 10 ? years(birthDate, now) : undefined,
    sex: text(patient.gender),
    languages: list(patient.communication).map((one) => concept(object(one).language)).filter((one) => one !== undefined),
  }
}

function contact(value: Json): CardContact {
  const name = object(value.name)
  const phone = list(value.telecom).map(object).find((one) => one.system === 'phone')
  const relationship = list(value.relationship).filter((one) => !codes(one).includes('C'))
  return {
    name: text(name.text) ?? [...list(name.given), name.family].filter((word) => typeof word === 'string').join(' '),
    relationship: concept(relationship[0]),
    phone: text(phone?.value),
    isNamed: true,
  }
}

function years(birthDate: string, now: Date): number {
  const [year = 0, month = 1, day = 1] = birthDate.split('-').map(Number)
  const had = now.getMonth() + 1 > month || (now.getMonth() + 1 === month && now.getDate() >= day)
  return now.getFullYear() - year - (had ? 0 : 1)
}

function reactions(allergy: Json): string | undefined {
  const told = list(allergy.reaction).flatMap((one) => list(object(one).manifestation)).map(concept)
  return told.filter(Boolean).join(', ') || undefined
}

function dosage(medicine: Json): string | undefined {
  const told = [...list(medicine.dosageInstruction), ...list(medicine.dosage)].map((one) => text(object(one).text))
  return told.filter(Boolean).join('; ') || undefined
}

function marks(medicine: Json): Mark[] {
  const tags = list(object(medicine.meta).tag).map(object)
  return tags.filter((tag) => tag.system === MARKS).map((tag) => ({ kind: text(tag.code) ?? '', label: text(tag.display) ?? '' }))
}

function date(resource: Json): string | undefined {
  const names = ['onsetDateTime', 'effectiveDateTime', 'timingDateTime', 'recordedDate', 'authoredOn', 'dateAsserted', 'dateTime']
  const periods = [resource.effectivePeriod, resource.timingPeriod].map((period) => text(object(period).start))
  return [...names.map((name) => text(resource[name])), ...periods].find((one) => one !== undefined)
}

function concept(value: unknown): string | undefined {
  const codings = list(object(value).coding).map(object)
  return text(object(value).text) ?? text(codings[0]?.display) ?? text(codings[0]?.code)
}

function codes(value: unknown): string[] {
  return list(object(value).coding).map((coding) => text(object(coding).code) ?? '')
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() ? value : undefined
}
