import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { lazy, Suspense, useMemo } from 'react'
import type { ResultGroup } from '../api/salus.schemas'
import { day } from '../ui/dates'
import { number, rangeInWords, scaleOf } from './scale'
import { measured, usualRange } from './series'
import classes from './Curve.module.css'

const Plot = lazy(() => import('./Plot'))
const HEIGHT = 260

/** How a value has moved: the usual range behind, each point with its date and source. */
export function Curve({ group }: { group: ResultGroup }) {
  const { ref, width } = useElementSize()
  const scheme = useComputedColorScheme()
  const points = useMemo(() => measured(group), [group])
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
            <Plot key={scheme} points={points} scale={scale} unit={unit} width={width} height={HEIGHT} />
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
      </figcaption>
    </figure>
  )
}
