/** What kinds of entries are called by people who never heard of FHIR; the same words as on the consent screen. */
const names: Record<string, string> = {
  AllergyIntolerance: 'allergies',
  Appointment: 'appointments',
  CarePlan: 'care plans',
  CareTeam: 'care teams',
  Claim: 'bills sent to insurers',
  Communication: 'messages',
  Condition: 'diagnoses and problems',
  Consent: 'consents',
  Coverage: 'insurance',
  Device: 'medical devices',
  DiagnosticReport: 'reports of examinations',
  DocumentReference: 'documents',
  Encounter: 'visits and stays',
  ExplanationOfBenefit: 'what insurers paid',
  FamilyMemberHistory: 'illnesses in the family',
  Goal: 'health goals',
  ImagingStudy: 'X-rays and scans',
  Immunization: 'vaccinations',
  Location: 'places of care',
  Medication: 'medicines',
  MedicationAdministration: 'medicines given',
  MedicationDispense: 'medicines handed out',
  MedicationRequest: 'prescriptions',
  MedicationStatement: 'medicines taken',
  Observation: 'measurements and test results',
  Organization: 'hospitals, practices and other organizations',
  Patient: 'names, birth dates and contact details',
  Practitioner: 'doctors and other professionals',
  PractitionerRole: 'what professionals do and where',
  Procedure: 'operations and other procedures',
  Provenance: 'where entries come from',
  QuestionnaireResponse: 'answers to questionnaires',
  RelatedPerson: 'relatives and other contacts',
  ServiceRequest: 'referrals and orders',
  Specimen: 'samples taken',
}

/** "measurements and test results"; a kind without a plain name by the words that its own name is made of. */
export function called(type: string): string {
  if (type === '*') return 'everything'
  return names[type] ?? `entries of the kind “${type.replace(/(?!^)[A-Z]/g, ' $&').toLowerCase()}”`
}

/** All kinds to choose from, those with a plain name first. */
export function choices(types: readonly string[]): { value: string; label: string }[] {
  const plain = types.filter((type) => type in names)
  const others = types.filter((type) => !(type in names) && type !== '*')
  return [
    { value: '*', label: 'Everything' },
    ...plain.map((type) => ({ value: type, label: `${capital(called(type))} (${type})` })).sort((a, b) => a.label.localeCompare(b.label)),
    ...others.sort().map((type) => ({ value: type, label: type })),
  ]
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
