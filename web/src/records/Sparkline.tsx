import type { ResultPoint } from '../api/salus.schemas'
import { seconds } from '../ui/dates'
import { place, scaleOf } from './scale'
import classes from './FactCard.module.css'

const WIDTH = 120
const HEIGHT = 36
const TWO_YEARS = 2 * 365.25 * 86_400

/** The line of the two years before the latest value. Drawn only: the words beside it say the same. */
export function Sparkline({ points }: { points: readonly ResultPoint[] }) {
  const measured = points
    .filter((point) => typeof point.value === 'number')
    .map((point) => ({ at: seconds(point.date), point }))
    .sort((a, b) => a.at - b.at)
  const last = measured.at(-1)
  const recent = measured.filter((one) => last && last.at - one.at <= TWO_YEARS)
  const first = recent[0]
  if (!first || !last || recent.length < 2 || first.at === last.at) return null
  const scale = scaleOf(recent.map((one) => one.point.value), last.point.low, last.point.high)
  if (!scale) return null
  const x = (at: number) => 3 + ((at - first.at) / (last.at - first.at)) * (WIDTH - 8)
  const y = (value: number) => HEIGHT - 2 - place(scale, value) * (HEIGHT - 4)
  const line = recent.map(({ at, point }) => `${x(at).toFixed(1)},${y(point.value ?? 0).toFixed(1)}`)
  const top = y(scale.high ?? scale.to)
  const bottom = y(scale.low ?? scale.from)
  const banded = scale.low !== undefined || scale.high !== undefined
  return (
    <svg className={classes.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {banded && <rect x="0" y={top} width={WIDTH} height={Math.max(0, bottom - top)} className={classes.sparkBand} />}
      <polyline points={line.join(' ')} className={classes.sparkLine} />
      <circle cx={x(last.at)} cy={y(last.point.value ?? 0)} r="2.8" className={classes.sparkEnd} />
    </svg>
  )
}
