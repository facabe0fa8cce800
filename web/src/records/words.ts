/** A name as it begins a line: "metformin" reads "Metformin"; "eGFR" and "pH" stay as they are. */
export function asTitle(name: string): string {
  return /^[a-z]{2}/.test(name) ? name.charAt(0).toUpperCase() + name.slice(1) : name
}

/** What an allergy is to: "Allergy to penicillin" and "Latex allergy" say it with the word itself. */
export function allergen(title: string): string {
  return title.replace(/^allergy to /i, '').replace(/ allergy$/i, '')
}
