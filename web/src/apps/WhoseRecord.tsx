import { Radio } from '@mantine/core'
import type { PersonSummary } from '../api/salus.schemas'
import { ageAndSex, relation } from '../people/queries'
import { Icon } from '../ui/icons'
import classes from './Asking.module.css'

/** Whose record an app is about: the only one there is, or the one that is chosen. */
export function WhoseRecord({
  people,
  chosen,
  onChoose,
}: {
  people: PersonSummary[]
  chosen?: string
  onChoose: (id: string) => void
}) {
  const only = people.length === 1 ? people[0] : undefined
  if (only) {
    return (
      <div className={classes.group}>
        <h2 className={classes.heading}>Whose record</h2>
        <p className={classes.fixed}>
          <Icon name="me" />
          <span>
            {only.name} <span className="muted">{about(only)}</span>
          </span>
        </p>
      </div>
    )
  }
  return (
    <Radio.Group label="Whose record?" value={chosen ?? null} onChange={onChoose} classNames={{ label: classes.heading }}>
      {people.map((person) => (
        <div key={person.id} className={classes.choice}>
          <Radio value={person.id} label={person.name} description={about(person)} />
        </div>
      ))}
    </Radio.Group>
  )
}

function about(person: PersonSummary): string {
  return [relation(person), ageAndSex(person)].filter(Boolean).join(' · ')
}
