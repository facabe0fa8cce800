import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import type { ResultGroup } from '../api/salus.schemas'
import { usePersonId } from '../people/usePersonId'
import { day } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import { Status } from './FactCard'
import { resultsQuery } from './queries'
import { namesOf, valueOf } from './scale'
import { Sparkline } from './Sparkline'
import classes from './Results.module.css'

/** Every kind of result, the latest value of each. */
export default function Results() {
  const personId = usePersonId()
  const results = useQuery(resultsQuery(personId))
  const [words, setWords] = useState('')
  const sought = useDeferredValue(words.trim().toLowerCase())
  return (
    <Page title="Results" lead="The latest value of each measurement. Open one to see how it has moved.">
      <Loaded query={results} shape={<Shape rows={8} />}>
        {(groups) => {
          if (groups.length === 0) {
            return (
              <Empty icon="flask" title="No results in the record">
                Blood tests, blood pressure, weight and other measurements will stand here.
              </Empty>
            )
          }
          const found = groups.filter((group) => `${group.plainTitle ?? ''} ${group.title}`.toLowerCase().includes(sought))
          return (
            <>
              {groups.length > 8 && (
                <TextInput
                  type="search"
                  label="Find a result"
                  leftSection={<Icon name="search" />}
                  value={words}
                  onChange={(event) => setWords(event.currentTarget.value)}
                />
              )}
              <p className="unseen" role="status">
                {found.length} of {groups.length} results
              </p>
              {found.length === 0 ? (
                <Empty icon="search" title="No result by that name">
                  Try another word, such as sugar, cholesterol or kidney.
                </Empty>
              ) : (
                <Sheet>
                  <ul aria-label="Results">
                    {found.map((group) => (
                      <ResultRow key={group.code} group={group} personId={personId} />
                    ))}
                  </ul>
                </Sheet>
              )}
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}

function ResultRow({ group, personId }: { group: ResultGroup; personId: string }) {
  const { latest } = group
  const { plain, term } = namesOf(group)
  return (
    <li className={classes.row}>
      <Link to="/people/$personId/record/results/$code" params={{ personId, code: group.code }} className={classes.link}>
        <span className={classes.what}>
          <strong>{plain}</strong>
          {term && <span className="muted small">{term}</span>}
        </span>
        <span className={classes.spark}>
          <Sparkline points={group.points} />
        </span>
        <span className={`${classes.value} numbers`}>
          <strong>
            {valueOf(latest)} <span className={classes.unit}>{latest.unit ?? group.unit}</span>
          </strong>
          <span className="muted small">{day(latest.date)}</span>
        </span>
        <span className={classes.status}>
          <Status point={latest} />
        </span>
        <Icon name="right" />
      </Link>
    </li>
  )
}
