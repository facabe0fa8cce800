const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A FHIR date as people say it: "4 Mar 2026", "Mar 2026", "2026". The day is the one written, in no other time zone. */
export function day(date: string | null | undefined): string {
  const [year, month, dayOfMonth] = parts(date)
  if (!year) return 'Date not known'
  const name = month ? months[month - 1] : undefined
  return [dayOfMonth, name, year].filter(Boolean).join(' ')
}

/** With the time where one is written: "4 Mar 2026, 10:30", in the reader's own time zone. */
export function moment(date: string): string {
  if (!date.includes('T')) return day(date)
  const at = new Date(date)
  if (Number.isNaN(at.getTime())) return day(date)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${at.getDate()} ${months[at.getMonth()]} ${at.getFullYear()}, ${two(at.getHours())}:${two(at.getMinutes())}`
}

/** "2019 to 2023", "since 4 Mar 2026", or one day. */
export function span(from?: string | null, to?: string | null): string {
  if (from && to && from !== to) return `${day(from)} to ${day(to)}`
  return day(from ?? to)
}

export function year(date: string | null | undefined): string {
  return parts(date)[0]?.toString() ?? 'Date not known'
}

/** Seconds since 1970, for curves; a partial date stands at its beginning. */
export function seconds(date: string): number {
  if (date.includes('T')) return Date.parse(date) / 1000
  const [y = 1970, month = 1, dayOfMonth = 1] = parts(date)
  return Date.UTC(y, month - 1, dayOfMonth) / 1000
}

function parts(date: string | null | undefined): [number?, number?, number?] {
  const found = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/.exec(date ?? '')
  return found ? (found.slice(1).map((part) => (part ? Number(part) : undefined)) as [number?, number?, number?]) : []
}
