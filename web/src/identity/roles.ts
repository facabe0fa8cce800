/** The parts an account can play, with what each is good for. */
export const roles = [
  { value: 'person', label: 'Person', description: 'Has a record of their own' },
  { value: 'caregiver', label: 'Caregiver', description: 'Looks after somebody: a child, a parent, a partner' },
  { value: 'clinician', label: 'Clinician', description: 'Treats patients' },
  { value: 'pharmacist', label: 'Pharmacist', description: 'Dispenses medicines' },
  { value: 'emergency', label: 'Emergency', description: 'Helps in an emergency, after giving a reason' },
  { value: 'admin', label: 'Administrator', description: 'Runs this Salus and reaches everything in it' },
] as const

export const relationships = [
  { value: 'self', label: 'themselves' },
  { value: 'child', label: 'their child' },
  { value: 'parent', label: 'their parent' },
  { value: 'partner', label: 'their partner' },
  { value: 'entrusted', label: 'entrusted to them' },
  { value: 'in-care', label: 'their patient' },
] as const

/** "Person, Caregiver". */
export function roleWords(codes: string[]): string {
  return codes.map((code) => roles.find((role) => role.value === code)?.label ?? code).join(', ') || 'no part'
}
