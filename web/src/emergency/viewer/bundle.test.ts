import { expect, test } from 'vitest'
import { cardOf } from './bundle'

const section = (code: string, ...entries: string[]) => ({ code: { coding: [{ code }] }, entry: entries.map((reference) => ({ reference })) })

function bundle(sections: unknown[], resources: Record<string, object>) {
  return {
    resourceType: 'Bundle',
    timestamp: '2026-01-05T08:00:00Z',
    entry: [
      { fullUrl: 'urn:uuid:c', resource: { resourceType: 'Composition', section: sections } },
      { fullUrl: 'urn:uuid:p', resource: { resourceType: 'Patient', id: 'p', birthDate: '1984-03-12', name: [{ given: ['Ann'], family: 'Lee' }] } },
      ...Object.entries(resources).map(([fullUrl, resource]) => ({ fullUrl, resource })),
    ],
  }
}

test('a summary becomes the view, what is dangerous first', () => {
  const card = cardOf(
    bundle([section('48765-2', 'a', 'b'), section('10160-0', 'm')], {
      a: { resourceType: 'AllergyIntolerance', code: { text: 'Pollen' } },
      b: { resourceType: 'AllergyIntolerance', code: { text: 'Penicillin' }, criticality: 'high', reaction: [{ manifestation: [{ text: 'Hives' }] }] },
      m: {
        resourceType: 'MedicationRequest',
        medicationCodeableConcept: { coding: [{ display: 'apixaban' }] },
        meta: { tag: [{ system: 'urn:salus:CodeSystem/emergency-mark', code: 'anticoagulant', display: 'Blood thinner' }] },
      },
    }),
    new Date('2026-03-11T12:00:00'),
  )
  expect(card?.who).toMatchObject({ name: 'Ann Lee', age: 41 })
  expect(card?.allergies.lines.map((line) => line.title)).toEqual(['Penicillin', 'Pollen'])
  expect(card?.medicines.lines[0]?.marks[0]?.label).toBe('Blood thinner')
})

test.each([
  ['no section', [], {}, 'not-recorded'],
  ['no information', [section('48765-2', 'a')], { a: { code: { coding: [{ code: 'no-allergy-info' }] } } }, 'not-recorded'],
  ['none known', [section('48765-2', 'a')], { a: { code: { coding: [{ code: 'no-known-allergies' }] } } }, 'none'],
  ['none, by SNOMED CT', [section('48765-2', 'a')], { a: { code: { coding: [{ code: '716186003' }] } } }, 'none'],
])('%s: an empty part says what it means', (_, sections, resources, known) => {
  expect(cardOf(bundle(sections, resources as Record<string, object>))?.allergies.known).toBe(known)
})

test.each([[undefined], [{}], [{ entry: 'x' }], [{ entry: [{ resource: { resourceType: 'Patient' } }] }]])('what is no summary gives nothing', (value) => {
  expect(cardOf(value)).toBeUndefined()
})
