import type { ResultPoint } from '../api/salus.schemas'
import { place, rangeInWords, scaleOf } from './scale'
import classes from './FactCard.module.css'

/** The usual range as a stretch of a bar, the value as a mark on it. */
export function BandBar({ point }: { point: ResultPoint }) {
  const range = rangeInWords(point)
  const scale = scaleOf([point.value], point.low, point.high)
  if (!range || !scale || typeof point.value !== 'number') return null
  const from = point.low === undefined || point.low === null ? 0 : place(scale, point.low)
  const to = point.high === undefined || point.high === null ? 1 : place(scale, point.high)
  const percent = (part: number) => `${(part * 100).toFixed(1)}%`
  return (
    <div className={classes.band}>
      <div className={classes.track} aria-hidden="true">
        <span className={classes.usual} style={{ left: percent(from), width: percent(to - from) }} />
        <span className={classes.mark} style={{ left: percent(place(scale, point.value)) }} />
      </div>
      <p className="muted small numbers">Usual range {range}</p>
    </div>
  )
}
