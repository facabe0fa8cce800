import { expect, test } from 'vitest'
import { factOf } from './fact'
import type { Resource } from './resource'

const text = (words: string) => ({ text: words })

test.each<[string, Resource, string, [string, string][]]>([
  [
    'an observation',
    {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '4548-4', display: 'Hemoglobin A1c' }] },
      effectiveDateTime: '2026-03-04',
      valueQuantity: { value: 6.8, unit: '%' },
      referenceRange: [{ low: { value: 4, unit: '%' }, high: { value: 5.6, unit: '%' } }],
    },
    'Hemoglobin A1c',
    [['Value', '6.8 %'], ['Usual range', '4 % to 5.6 %'], ['Measured', '4 Mar 2026'], ['Status', 'final']],
  ],
  [
    'a blood pressure of two parts',
    {
      resourceType: 'Observation',
      code: text('Blood pressure'),
      component: [
        { code: text('Systolic'), valueQuantity: { value: 128, unit: 'mmHg' } },
        { code: text('Diastolic'), valueQuantity: { value: 82, unit: 'mmHg' } },
      ],
    },
    'Blood pressure',
    [['Parts', 'Systolic: 128 mmHg\nDiastolic: 82 mmHg']],
  ],
  [
    'an allergy with its reaction',
    { resourceType: 'AllergyIntolerance', code: text('Penicillin'), reaction: [{ manifestation: [text('Hives')] }], criticality: 'high' },
    'Penicillin',
    [['What happens', 'Hives'], ['Danger', 'high']],
  ],
  [
    'a prescription that names its medicine by reference',
    { resourceType: 'MedicationRequest', medicationReference: { reference: 'Medication/1', display: 'Metformin 500 mg' }, status: 'on-hold' },
    'Metformin 500 mg',
    [['Status', 'on hold']],
  ],
  ['a type without a reading of its own', { resourceType: 'CareTeam', id: 'x', name: 'Diabetes team' }, 'Diabetes team', [['Name', 'Diabetes team']]],
])('%s is read', (_, resource, title, lines) => {
  const fact = factOf(resource)
  expect(fact.title).toBe(title)
  expect(fact.lines.map(({ label, value }) => [label, value])).toEqual(lines)
})
