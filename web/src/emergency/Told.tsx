import type { AccessItem, ToldItem } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import classes from './Emergency.module.css'

/** Who was told of an emergency outside of Salus, and who could not be. */
export function Told({ access }: { access: AccessItem }) {
  const told = access.told ?? []
  if (told.length === 0) return null
  return (
    <li>
      <ul className={classes.openings} aria-label={`Who was told that ${access.who} opened it`}>
        {told.map((item, index) => (
          <li key={index}>{toldWords(item)}</li>
        ))}
      </ul>
    </li>
  )
}

const ways: Record<string, string> = { email: 'e-mail', sms: 'SMS' }

/** One line: "Told on 4 Mar 2026, 14:03 by e-mail: Anna R." */
export function toldWords({ who, state, channel, at, problem }: ToldItem): string {
  if (state === 'told') return `Told on ${moment(at)} by ${ways[channel ?? ''] ?? channel}: ${who}`
  if (state === 'failed') return `Could not be told: ${who}, for ${problem}`
  return problem ? `Could not be told yet: ${who}, for ${problem}. It is tried again.` : `Is being told: ${who}`
}
