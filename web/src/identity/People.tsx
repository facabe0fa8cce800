import { Button, NativeSelect } from '@mantine/core'
import type { Tie } from '../api/salus.schemas'
import classes from './Account.module.css'
import { Chooser } from '../people/Chooser'
import { Named } from '../people/Named'
import { relationships } from './roles'

/** The people an account names itself, and what each is to it. */
export function People({ people, onChange }: { people: Tie[]; onChange: (people: Tie[]) => void }) {
  const relate = (person: string, relationship: string) =>
    onChange(people.map((tie) => (tie.person === person ? { person, relationship } : tie)))
  const add = (person: string) => {
    if (!people.some((tie) => tie.person === person)) onChange([...people, { person, relationship: people.length === 0 ? 'self' : 'entrusted' }])
  }
  return (
    <div>
      <p className={classes.label}>Whose records</p>
      <ul className={classes.people} aria-label="Whose records">
        {people.map(({ person, relationship }) => (
          <li key={person} className={classes.chosen}>
            <Named type="Patient" id={person} />
            <NativeSelect aria-label="What they are to this account" value={relationship} onChange={(event) => relate(person, event.currentTarget.value)} data={[...relationships]} />
            <Button variant="subtle" onClick={() => onChange(people.filter((tie) => tie.person !== person))} aria-label={`Take away this person, ${relationship}`}>
              Take away
            </Button>
          </li>
        ))}
      </ul>
      <Chooser type="Patient" label="Add a person" onChoose={add} />
    </div>
  )
}
