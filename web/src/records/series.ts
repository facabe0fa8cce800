import type { ResultGroup, ResultPoint } from '../api/salus.schemas'
import { day, seconds } from '../ui/dates'
import { asTitle } from './words'

const DAY = 86_400

export interface Measured {
  /** Seconds since 1970. */
  at: number
  value: number
  /** The lower number of a blood pressure. */
  second?: number
  point: ResultPoint
}

/** Something that happened while values were measured, such as a medicine begun. */
export interface Mark {
  at: number
  words: string
}

/** The medicines of a record as marks, in order; those of one day stand together, and at most eight, the latest. */
export function marksOf(medicines: readonly { title: string; date?: string | null }[]): Mark[] {
  const days = new Map<string, string[]>()
  for (const { title, date } of medicines) {
    if (date) days.set(date.slice(0, 10), [...(days.get(date.slice(0, 10)) ?? []), title])
  }
  return [...days]
    .sort(([a], [b]) => a.localeCompare(b))
    .slice(-8)
    .map(([date, titles]) => ({ at: seconds(date), words: `${asTitle([...new Set(titles)].join(', '))}, begun ${day(date)}` }))
}

export function letterOf(index: number): string {
  return String.fromCharCode(65 + index)
}

/** The points that have a number, in order of time. */
export function measured(group: ResultGroup): Measured[] {
  return group.points
    .flatMap((point) => (typeof point.value === 'number' ? [{ at: seconds(point.date), value: point.value, second: point.secondValue ?? undefined, point }] : []))
    .filter((one) => Number.isFinite(one.at))
    .sort((a, b) => a.at - b.at)
}

/**
 * The line of a curve. Where nothing was measured for long (over 400 days, and over three times the usual
 * pause), the line is broken: a gap stays a gap.
 */
export function lineOf(points: readonly Measured[]): { x: number[]; y: (number | null)[]; second: (number | null)[] } {
  const pauses = points.slice(1).map((one, index) => one.at - (points[index]?.at ?? one.at))
  const usual = [...pauses].sort((a, b) => a - b)[Math.floor(pauses.length / 2)] ?? 0
  const long = Math.max(400 * DAY, usual * 3)
  const x: number[] = []
  const y: (number | null)[] = []
  const second: (number | null)[] = []
  points.forEach((one, index) => {
    const pause = index > 0 ? (pauses[index - 1] ?? 0) : 0
    if (pause > long) {
      x.push(one.at - pause / 2)
      y.push(null)
      second.push(null)
    }
    x.push(one.at)
    y.push(one.value)
    second.push(one.second ?? null)
  })
  return { x, y, second }
}

/** The usual range that stands behind the curve: that of the newest point that has one. */
export function usualRange(points: readonly Measured[]): { low?: number; high?: number } {
  const newest = points.findLast(({ point }) => typeof point.low === 'number' || typeof point.high === 'number')
  return { low: newest?.point.low ?? undefined, high: newest?.point.high ?? undefined }
}
