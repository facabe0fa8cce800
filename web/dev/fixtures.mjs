// People and facts for the mock server, invented, in the shape of openapi.json.

const ref = (type, id) => ({ type, id, version: 1 })

const active = (items) => items.map((item) => ({ status: 'active', ...item }))

export const people = [
  { id: 'p1', name: 'Elena Marsh', birthDate: '1964-05-02', age: 62, sex: 'female', relationship: 'self', isSelf: true },
  { id: 'p2', name: 'Arthur Marsh', birthDate: '1936-11-19', age: 90, sex: 'male', relationship: 'parent', isSelf: false },
  { id: 'p3', name: 'Noor Marsh-Okafor', birthDate: '2015-01-30', age: 11, sex: 'female', relationship: 'child', isSelf: false },
]

const names = ['Amara Diallo', 'Ben Whitlock', 'Chandra Iyer', 'Dmitri Volkov', 'Esther Kim', 'Farid Haddad', 'Grace Lindqvist', 'Hugo Ferreira', 'Ines Moreau', 'Jonas Weber']
export const patients = [
  ...people.map((person) => ({ ...person, isSelf: false, relationship: 'in-care' })),
  ...names.map((name, index) => ({
    id: `q${index}`, name, birthDate: `19${50 + index * 4}-0${(index % 9) + 1}-1${index}`, age: 76 - index * 4,
    sex: index % 2 ? 'male' : 'female', relationship: 'in-care', isSelf: false,
  })),
]

export const allergies = active([
  { title: 'Penicillin', term: 'Allergy to penicillin', code: '91936005', criticality: 'can be dangerous', reaction: 'Hives, swelling of the face', date: '1998-03', source: ref('AllergyIntolerance', 'a1') },
  { title: 'Peanuts', term: 'Allergy to peanut', reaction: 'Itching mouth', date: '1975', source: ref('AllergyIntolerance', 'a2') },
])

export const conditions = [
  { title: 'Type 2 diabetes', term: 'Diabetes mellitus type 2', code: '44054006', active: true, status: 'active', date: '2014-09-12', source: ref('Condition', 'c1') },
  { title: 'High blood pressure', term: 'Essential hypertension', code: '59621000', active: true, status: 'active', date: '2009-02-03', source: ref('Condition', 'c2') },
  { title: 'High cholesterol', term: 'Hyperlipidaemia', code: '55822004', active: true, status: 'active', date: '2016-06-21', source: ref('Condition', 'c3') },
  { title: 'Broken wrist', term: 'Fracture of distal radius', active: false, status: 'past', date: '2019-01-14', endDate: '2019-04-02', source: ref('Condition', 'c4') },
]

export const medicines = [
  { title: 'Metformin 1000 mg', term: 'Metformin hydrochloride 1000 MG oral tablet', dosage: '1 tablet twice a day with meals', active: true, status: 'active', date: '2022-11-20', source: ref('MedicationRequest', 'm1') },
  { title: 'Lisinopril 10 mg', term: 'Lisinopril 10 MG oral tablet', dosage: '1 tablet in the morning', active: true, status: 'active', date: '2009-02-03', source: ref('MedicationRequest', 'm2') },
  { title: 'Atorvastatin 20 mg', term: 'Atorvastatin 20 MG oral tablet', dosage: '1 tablet at night', active: true, status: 'active', date: '2016-06-21', source: ref('MedicationRequest', 'm3') },
  { title: 'Amlodipine 5 mg', term: 'Amlodipine 5 MG oral tablet', dosage: '1 tablet a day', active: false, status: 'past', date: '2011-05-09', endDate: '2015-03-30', source: ref('MedicationRequest', 'm4') },
]

export const immunizations = [
  { title: 'Flu', term: 'Influenza, seasonal, injectable', code: '141', status: 'active', date: '2026-10-08', source: ref('Immunization', 'i1') },
  { title: 'Tetanus and diphtheria', term: 'Td (adult), preservative free', code: '113', status: 'active', date: '2019-01-14', source: ref('Immunization', 'i2') },
  { title: 'Shingles', term: 'Zoster, recombinant', status: 'active', date: '2021-05-11', detail: 'Dose 2 of 2', source: ref('Immunization', 'i3') },
]

export const encounters = active([
  { title: 'Diabetes check', term: 'Follow-up encounter', reason: 'Type 2 diabetes', who: 'Dr Ruth Adeyemi', place: 'Northgate Surgery', date: '2026-09-03', endDate: '2026-09-03', source: ref('Encounter', 'e1') },
  { title: 'Eye screening', term: 'Diabetic retinopathy screening', place: 'City Eye Clinic', date: '2026-04-17', source: ref('Encounter', 'e2') },
  { title: 'Hospital stay', term: 'Inpatient stay', reason: 'Pneumonia', place: 'St Brigid Hospital', date: '2022-12-28', endDate: '2023-01-04', source: ref('Encounter', 'e3') },
])

function group(code, title, plainTitle, unit, low, high, values) {
  const points = values.map(([date, value], index) => ({
    date, value, unit, low, high,
    status: low === undefined && high === undefined ? 'unknown' : value > (high ?? Infinity) ? 'high' : value < (low ?? -Infinity) ? 'low' : 'in-range',
    source: ref('Observation', `${code}-${index}`),
  }))
  return { code, title, plainTitle, unit, latest: points.at(-1), points }
}

/** A blood pressure has a lower number as well. */
function pressure(one) {
  one.points.forEach((point, index) => {
    point.secondValue = 92 - index * 3
    point.text = `${point.value}/${point.secondValue} mmHg`
  })
  return one
}

export const results = [
  group('4548-4', 'Haemoglobin A1c', 'Long-term blood sugar (HbA1c)', '%', 4, 5.6, [['2019-03-11', 8.4], ['2019-09-20', 7.9], ['2020-03-02', 7.6], ['2022-11-15', 7.1], ['2023-05-22', 7.4], ['2023-11-06', 7.0], ['2024-06-10', 6.9], ['2024-12-02', 7.2], ['2025-06-16', 6.7], ['2025-12-08', 6.5], ['2026-03-04', 6.8], ['2026-09-03', 6.1]]),
  pressure(group('85354-9', 'Blood pressure', 'Blood pressure', 'mmHg', 90, 130, [['2024-02-01', 148], ['2024-08-12', 141], ['2025-02-10', 137], ['2025-09-01', 132], ['2026-03-04', 128], ['2026-09-03', 126]])),
  group('13457-7', 'LDL cholesterol (calculated)', '“Bad” cholesterol (LDL)', 'mg/dL', undefined, 100, [['2023-05-22', 139], ['2024-06-10', 118], ['2025-06-16', 104], ['2026-03-04', 96]]),
  group('33914-3', 'Estimated glomerular filtration rate', 'Kidney function (eGFR)', 'mL/min/1.73 m²', 60, undefined, [['2023-05-22', 71], ['2024-06-10', 68], ['2025-06-16', 66], ['2026-03-04', 57]]),
  group('29463-7', 'Body weight', 'Weight', 'kg', undefined, undefined, [['2024-02-01', 84.2], ['2025-02-10', 81.5], ['2026-03-04', 78.9], ['2026-09-03', 78.1]]),
  group('718-7', 'Haemoglobin', 'Red blood pigment (haemoglobin)', 'g/dL', 12, 16, [['2025-06-16', 13.1], ['2026-03-04', 13.4]]),
  group('2160-0', 'Creatinine', 'Creatinine (kidneys)', 'mg/dL', 0.5, 1.1, [['2025-06-16', 1.0], ['2026-03-04', 1.1]]),
  group('3016-3', 'Thyrotropin', 'Thyroid (TSH)', 'mIU/L', 0.4, 4, [['2024-06-10', 2.2], ['2026-03-04', 2.4]]),
  group('2947-0', 'Sodium', 'Salt in the blood (sodium)', 'mmol/L', 136, 145, [['2026-03-04', 135]]),
]

export const timeline = [
  ...encounters.map((item) => ({ kind: 'encounter', title: item.title, detail: item.place, date: item.date, source: item.source })),
  ...immunizations.map((item) => ({ kind: 'immunization', title: item.title, detail: item.term, date: item.date, source: item.source })),
  ...conditions.map((item) => ({ kind: 'condition', title: item.title, detail: item.term, date: item.date, source: item.source })),
  ...medicines.map((item) => ({ kind: 'medicine', title: item.title, detail: item.dosage, date: item.date, source: item.source })),
  ...results.flatMap((one) => one.points.map((point) => ({ kind: 'result', title: `${one.plainTitle} ${point.value} ${point.unit}`, date: point.date, source: point.source }))),
].sort((a, b) => b.date.localeCompare(a.date))

export const letterLines = [
  'Northgate Surgery', '', 'Letter about Elena Marsh, born 2 May 1964', 'Date: 3 September 2026', '',
  'Dear Mrs Marsh,', 'thank you for coming to the diabetes check.',
  'Your HbA1c was 6.1 %, which is better than in March (6.8 %).',
  'Your blood pressure was 126/78 mmHg.', 'Please go on with metformin 1000 mg twice a day.',
  'We advise an eye screening in April 2027.', '', 'Kind regards,', 'Dr Ruth Adeyemi',
]
