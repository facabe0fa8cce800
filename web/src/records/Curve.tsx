import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { lazy, Suspense, useMemo } from 'react'
import type { ResultGroup } from '../api/salus.schemas'
import { day } from '../ui/dates'
import { number, rangeInWords, scaleOf } from './scale'
import { letterOf, measured, usualRange, type Mark, type Measured } from './series'
import classes from './Curve.module.css'

const Plot = lazy(() => import('./Plot'))
const HEIGHT = 260
const NONE: readonly Mark[] = []

/** How a value has moved: the usual range behind, each point with its date and source. */
export function Curve({ group, marks = NONE }: { group: ResultGroup; marks?: readonly Mark[] }) {
  const { ref, width } = useElementSize()
  const scheme = useComputedColorScheme()
  const points = useMemo(() => measured(group), [group])
  const within = useMemo(() => between(marks, points), [marks, points])
  const range = usualRange(points)
  const scale = scaleOf(points.flatMap((one) => [one.value, one.second]), range.low, range.high)
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || !scale || first.at === last.at) return null
  const unit = group.unit ?? last.point.unit ?? ''
  const words = rangeInWords({ ...range, unit })
  const hasLower = points.some((one) => one.second !== undefined)
  return (
    <figure className={classes.figure}>
      <div ref={ref} className={classes.plot}>
        {width > 0 && (
          <Suspense>
            <Plot key={scheme} points={points} scale={scale} unit={unit} marks={within} width={width} height={HEIGHT} />
          </Suspense>
        )}
      </div>
      <figcaption className={classes.caption}>
        {words && (
          <span className={classes.key}>
            <span className={classes.swatch} aria-hidden="true" /> Usual range {hasLower && 'of the upper number '}
            {words}
          </span>
        )}
        {hasLower && <span>The dashed line is the lower number.</span>}
        <span>
          {points.length} values, {day(first.point.date)} to {day(last.point.date)}. The scale runs from{' '}
          {number(scale.from)} to {number(scale.to)} {unit}.
        </span>
        {within.length > 0 && (
          <ol className={classes.marks} aria-label="Medicines begun in this time">
            {within.map((mark, index) => (
              <li key={mark.words}>
                <span className={classes.markNumber}>{letterOf(index)}</span> {mark.words}
              </li>
            ))}
          </ol>
        )}
      </figcaption>
    </figure>
  )
}

function between(marks: readonly Mark[], points: readonly Measured[]): Mark[] {
  const [from = 0, to = 0] = [points[0]?.at, points.at(-1)?.at]
  return marks.filter((mark) => mark.at >= from && mark.at <= to)
}
