import type { ResultGroup, ResultPoint } from '../api/salus.schemas'

/** A value and its usual range, laid on a bar or an axis that shows both. */
export interface Scale {
  from: number
  to: number
  low?: number
  high?: number
}

type Maybe = number | null | undefined

/** The stretch that shows all the values and the usual range, with air at both ends, never below zero by air alone. */
export function scaleOf(values: readonly Maybe[], low?: Maybe, high?: Maybe): Scale | undefined {
  const shown = [...values, low, high].filter(isNumber)
  if (shown.length === 0) return undefined
  const [least, most] = [Math.min(...shown), Math.max(...shown)]
  const air = (most - least || Math.abs(most) || 1) * 0.12
  const step = roundStep(air * 1.5)
  const from = Math.floor((least - air) / step) * step
  return {
    from: least >= 0 ? Math.max(0, from) : from,
    to: Math.ceil((most + air) / step) * step,
    low: low ?? undefined,
    high: high ?? undefined,
  }
}

/** The nearest step of 1, 2 or 5 times a power of ten: an axis ends on a round number. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted))
  return ([1, 2, 5].find((times) => times * power >= wanted * 0.7) ?? 10) * power
}

/** Where a value stands on the scale, 0 to 1. */
export function place(scale: Scale, value: number): number {
  return Math.min(1, Math.max(0, (value - scale.from) / (scale.to - scale.from)))
}

/** "4.1 to 5.6 %", "up to 5.6 %", "4.1 % or more"; nothing where no range is known. */
export function rangeInWords(point: Pick<ResultPoint, 'low' | 'high' | 'unit'>): string | undefined {
  const unit = point.unit ? ` ${point.unit}` : ''
  const [low, high] = [isNumber(point.low) ? number(point.low) : undefined, isNumber(point.high) ? number(point.high) : undefined]
  if (low && high) return `${low} to ${high}${unit}`
  if (high) return `up to ${high}${unit}`
  if (low) return `${low}${unit} or more`
  return undefined
}

export interface StatusWords {
  icon: 'tick' | 'up' | 'down' | 'unknown'
  words: string
  notable: boolean
}

/** What a result's place means, in words: within a tenth of the limit it is "a little" high or low. */
export function statusOf(point: ResultPoint): StatusWords {
  const { value, low, high } = point
  switch (point.status) {
    case 'in-range':
      return { icon: 'tick', words: 'In the usual range', notable: false }
    case 'high':
      return { icon: 'up', words: `${isNumber(value) && isNumber(high) && value <= high * 1.1 ? 'A little above' : 'Above'} the usual range`, notable: true }
    case 'low':
      return { icon: 'down', words: `${isNumber(value) && isNumber(low) && value >= low * 0.9 ? 'A little below' : 'Below'} the usual range`, notable: true }
    default:
      return { icon: 'unknown', words: 'No usual range given', notable: false }
  }
}

/** What a result is called: in plain words, with the medical term beside them only where it is another. */
export function namesOf({ title, plainTitle }: Pick<ResultGroup, 'title' | 'plainTitle'>): { plain: string; term?: string } {
  if (!plainTitle || plainTitle.toLowerCase() === title.toLowerCase()) return { plain: title }
  return { plain: plainTitle, term: title }
}

/** A result as written: "6.8", "126/78", or its words where it is no number. */
export function valueOf(point: Pick<ResultPoint, 'value' | 'secondValue' | 'text'>): string {
  if (isNumber(point.value) && isNumber(point.secondValue)) return `${number(point.value)}/${number(point.secondValue)}`
  return isNumber(point.value) ? number(point.value) : (point.text ?? 'No value')
}

/** At most four digits that matter; what is stored keeps all of them. */
export function number(value: number): string {
  return Number(value.toPrecision(value >= 1000 ? 6 : 4)).toLocaleString('en-GB', { maximumFractionDigits: 4 })
}

function isNumber(value: Maybe): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
