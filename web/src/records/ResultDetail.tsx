import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ResultGroup } from '../api/salus.schemas'
import { usePersonId } from '../people/usePersonId'
import { day } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { BandBar } from './BandBar'
import { Curve } from './Curve'
import { Status } from './FactCard'
import { medicinesQuery, resultQuery } from './queries'
import { namesOf, rangeInWords, valueOf } from './scale'
import { marksOf, type Mark } from './series'
import { SourceLink } from './SourceLink'
import classes from './ResultDetail.module.css'

/** One kind of result: its latest value, its curve, and every value with its source. */
export default function ResultDetail() {
  const personId = usePersonId()
  const { code } = useParams({ from: '/app/people/$personId/record/results/$code' })
  const result = useQuery(resultQuery(personId, code))
  const { data: medicines } = useQuery(medicinesQuery(personId))
  const marks = useMemo(() => marksOf(medicines ?? []), [medicines])
  const names = result.data && namesOf(result.data)
  return (
    <Page
      title={names?.plain ?? 'Result'}
      lead={names?.term}
      action={
        <Link to="/people/$personId/record/results" params={{ personId }} className={classes.back}>
          <Icon name="left" size={18} />
          All results
        </Link>
      }
    >
      <Loaded query={result} shape={<Shape rows={2} height={260} />}>
        {(group) => <Detail group={group} marks={marks} />}
      </Loaded>
    </Page>
  )
}

function Detail({ group, marks }: { group: ResultGroup; marks: readonly Mark[] }) {
  const { latest } = group
  return (
    <>
      <Sheet>
        <div className={classes.latest}>
          <div>
            <p className={`${classes.value} numbers`}>
              {valueOf(latest)} <span className={classes.unit}>{latest.unit ?? group.unit}</span>
            </p>
            <p className="muted small">Latest, {day(latest.date)}</p>
          </div>
          <div className={classes.where}>
            <Status point={latest} />
            <BandBar point={latest} />
          </div>
        </div>
        <Curve group={group} marks={marks} />
      </Sheet>
      <Sheet title="All values">
        <Values group={group} />
      </Sheet>
    </>
  )
}

/** The curve as a table: for eyes that prefer one, and for ears. */
function Values({ group }: { group: ResultGroup }) {
  const points = [...group.points].sort((a, b) => b.date.localeCompare(a.date))
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="All values, a table">
      <table className={`${classes.table} numbers`}>
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">Value</th>
            <th scope="col">Usual range</th>
            <th scope="col">What it means</th>
            <th scope="col">
              <span className="unseen">Source</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={`${point.source.id}/${point.date}`}>
              <th scope="row">{day(point.date)}</th>
              <td>
                <strong>{valueOf(point)}</strong> <span className="muted small">{point.unit ?? group.unit}</span>
              </td>
              <td className="muted">{rangeInWords(point) ?? 'Not given'}</td>
              <td>
                <Status point={point} />
              </td>
              <td>
                <SourceLink source={point.source} about={`${valueOf(point)}, ${day(point.date)}`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
