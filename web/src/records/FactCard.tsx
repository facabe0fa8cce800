import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ResultGroup, ResultPoint } from '../api/salus.schemas'
import { day } from '../ui/dates'
import { Icon } from '../ui/icons'
import { BandBar } from './BandBar'
import { namesOf, statusOf, valueOf } from './scale'
import { SourceLink } from './SourceLink'
import { Sparkline } from './Sparkline'
import classes from './FactCard.module.css'

/** One measured fact: what it is, its value, where that stands in the usual range, how it has moved, where it is from. */
export function FactCard({ group, personId }: { group: ResultGroup; personId: string }) {
  const { latest } = group
  const { plain, term } = namesOf(group)
  return (
    <article className={classes.card}>
      <header className={classes.head}>
        <h3>
          <Link to="/people/$personId/record/results/$code" params={{ personId, code: group.code }} className={classes.link}>
            {plain}
          </Link>
        </h3>
        {term && <p className="muted small">{term}</p>}
      </header>
      <div className={classes.middle}>
        <p className={`${classes.value} numbers`}>
          {valueOf(latest)} <span className={classes.unit}>{latest.unit ?? group.unit}</span>
        </p>
        <Sparkline points={group.points} />
      </div>
      <Status point={latest} />
      <BandBar point={latest} />
      <footer className={classes.foot}>
        <span className="numbers">{day(latest.date)}</span>
        <SourceLink source={latest.source} about={`${plain}, ${day(latest.date)}`} />
      </footer>
    </article>
  )
}

/** Icon and words; colour only repeats what they say. */
export function Status({ point, children }: { point: ResultPoint; children?: ReactNode }) {
  const status = statusOf(point)
  return (
    <p className={classes.status} data-notable={status.notable || undefined}>
      <Icon name={status.icon} size={16} />
      {status.words}
      {children}
    </p>
  )
}
