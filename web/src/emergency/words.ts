import type { AccessItem, LinkItem } from '../api/salus.schemas'

/** How a visit to a link ended. */
export const outcomes: Record<string, string> = {
  opened: 'opened it',
  'wrong-passcode': 'gave a wrong passcode',
  locked: 'tried, but it is closed after five wrong passcodes',
  expired: 'tried, but its time is over',
  revoked: 'tried, but it was taken back',
}

export const states: Record<LinkItem['state'], string> = {
  active: 'works',
  expired: 'ended',
  revoked: 'taken back',
  locked: 'closed after five wrong passcodes',
}

export const reasons: Record<AccessItem['reason'], string> = {
  unconscious: 'The person cannot speak for themselves',
  'life-threatening': 'Their life is in danger',
  urgent: 'They must be treated now and cannot be asked in time',
  other: 'Something else',
}

export const agreed: Record<AccessItem['agreed'], string> = {
  'emergency-view': 'The emergency view is open, and nothing more.',
  less: 'The person closed a part of the emergency view.',
  more: 'The person agreed that you see more than the emergency view.',
}

/** What of a record was read, in plain words. */
export const kinds: Record<string, string> = {
  AllergyIntolerance: 'allergies',
  Condition: 'conditions',
  Consent: 'wishes',
  Device: 'devices',
  DeviceUseStatement: 'implants and devices',
  Immunization: 'vaccinations',
  MedicationRequest: 'prescriptions',
  MedicationStatement: 'medicines you take',
  Observation: 'measurements',
  Patient: 'who you are',
  Procedure: 'procedures',
  RelatedPerson: 'relatives',
}
