import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useDeferredValue, useMemo, useState } from 'react'
import type { PersonSummary } from '../api/salus.schemas'
import { caresForPatients, useSession } from '../auth/session'
import { day } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import { ageAndSex, initials, peopleQuery, relation } from './queries'
import classes from './People.module.css'

const STEP = 50

/** Whose record to open: one's own people, or the patients in one's care. */
export default function People() {
  const patients = caresForPatients(useSession())
  const people = useQuery(peopleQuery)
  return (
    <Page
      title={patients ? 'Patients' : 'People'}
      lead={patients ? 'The people whose records you may open.' : 'Choose whose record to open.'}
    >
      <Loaded query={people} shape={<Shape rows={5} />}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="people" title="Nobody here yet">
              When somebody shares a record with you, it appears here. The person it belongs to can do that, or the
              person who runs this Salus.
            </Empty>
          ) : (
            <List people={all} patients={patients} />
          )
        }
      </Loaded>
    </Page>
  )
}

function List({ people, patients }: { people: PersonSummary[]; patients: boolean }) {
  const [words, setWords] = useState('')
  const [shown, setShown] = useState(STEP)
  const sought = useDeferredValue(words)
  const found = useMemo(() => search(people, sought), [people, sought])
  return (
    <>
      {people.length > (patients ? 1 : 6) && (
        <TextInput
          label={patients ? 'Find a patient' : 'Find a person'}
          description="By name or date of birth"
          leftSection={<Icon name="search" />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          type="search"
        />
      )}
      <p className="unseen" role="status">
        {found.length} of {people.length}
      </p>
      {found.length === 0 ? (
        <Empty icon="search" title="No one by that name">
          Check the spelling, or look for the date of birth, as in 1964-05-02.
        </Empty>
      ) : (
        <Sheet>
          <ul aria-label={patients ? 'Patients' : 'People'}>
            {found.slice(0, shown).map((person) => (
              <li key={person.id} className={classes.item}>
                <Link to="/people/$personId/record" params={{ personId: person.id }} className={classes.person}>
                  <span className={classes.initials} aria-hidden="true">
                    {initials(person.name)}
                  </span>
                  <span className={classes.who}>
                    <strong>{person.name}</strong>
                    <span className="muted small numbers">{[relation(person), ageAndSex(person)].filter(Boolean).join(' · ')}</span>
                  </span>
                  <span className={`${classes.born} muted small numbers`}>born {day(person.birthDate)}</span>
                  <Icon name="right" />
                </Link>
              </li>
            ))}
          </ul>
        </Sheet>
      )}
      {found.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + STEP)}>
          Show {Math.min(STEP, found.length - shown)} more
        </Button>
      )}
    </>
  )
}

/** Each word must begin a part of the name, or be in the date of birth. */
function search(people: PersonSummary[], words: string): PersonSummary[] {
  const sought = words.toLowerCase().split(/\s+/).filter(Boolean)
  return people.filter((person) => {
    const name = person.name.toLowerCase().split(/\s+/)
    const born = [person.birthDate ?? '', day(person.birthDate).toLowerCase()].join(' ')
    return sought.every((word) => name.some((part) => part.startsWith(word)) || born.includes(word))
  })
}
