import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { day } from '../ui/dates'
import { rangeInWords, statusOf, valueOf, type Scale } from './scale'
import { letterOf, lineOf, type Mark, type Measured } from './series'
import { address } from './SourceLink'
import classes from './Curve.module.css'

interface Props {
  points: Measured[]
  scale: Scale
  unit: string
  marks: readonly Mark[]
  width: number
  height: number
}

/** uPlot draws axes, band and line; the points are buttons laid over it, so that they have names and focus. */
export default function Plot({ points, scale, unit, marks, width, height }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const [spots, setSpots] = useState<{ x: number; y: number }[]>([])

  useEffect(() => {
    if (!place.current) return
    const { x, y, second } = lineOf(points)
    const lay = (plot: uPlot) =>
      setSpots(
        points.map(({ at, value }) => ({
          x: plot.valToPos(at, 'x', true) / uPlot.pxRatio,
          y: plot.valToPos(value, 'y', true) / uPlot.pxRatio,
        })),
      )
    const plot = new uPlot(options(place.current, scale, marks, width, height, lay), [x, y, second], place.current)
    return () => plot.destroy()
  }, [points, scale.from, scale.to, scale.low, scale.high, marks, width, height])

  return (
    <div className={classes.layers}>
      <div ref={place} aria-hidden="true" />
      <Points points={points} spots={spots} unit={unit} width={width} />
    </div>
  )
}

/** One stop for the Tab key; the arrows walk from point to point; Enter opens the source. */
function Points({ points, spots, unit, width }: { points: Measured[]; spots: { x: number; y: number }[]; unit: string; width: number }) {
  const navigate = useNavigate()
  const buttons = useRef<(HTMLButtonElement | null)[]>([])
  const [current, setCurrent] = useState(points.length - 1)
  const [shown, setShown] = useState<number>()

  function move(event: KeyboardEvent) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -points.length, End: points.length }[event.key]
    if (event.key === 'Escape') setShown(undefined)
    if (!step) return
    event.preventDefault()
    const next = Math.min(points.length - 1, Math.max(0, current + step))
    setCurrent(next)
    buttons.current[next]?.focus()
  }

  const told = shown === undefined ? undefined : points[shown]
  const spot = shown === undefined ? undefined : spots[shown]
  return (
    <div role="group" aria-label="Points of the curve; use the arrow keys" onKeyDown={move}>
      {spots.map(({ x, y }, index) => {
        const one = points[index]
        if (!one) return null
        const status = statusOf(one.point)
        return (
          <button
            key={`${one.point.source.id}/${one.at}`}
            ref={(button) => {
              buttons.current[index] = button
            }}
            type="button"
            className={classes.point}
            data-notable={status.notable || undefined}
            style={{ left: x, top: y }}
            tabIndex={index === current ? 0 : -1}
            aria-label={`${day(one.point.date)}: ${valueOf(one.point)} ${unit}. ${status.words}. Open the source`}
            onFocus={() => {
              setCurrent(index)
              setShown(index)
            }}
            onBlur={() => setShown(undefined)}
            onMouseEnter={() => setShown(index)}
            onMouseLeave={() => setShown(undefined)}
            onClick={() =>
              void navigate({
                to: '.',
                search: (before: { source?: string }) => ({ ...before, source: address(one.point.source) }),
                resetScroll: false,
              })
            }
          />
        )
      })}
      {told && spot && (
        <div
          className={classes.tip}
          aria-hidden="true"
          style={{ left: Math.min(Math.max(spot.x, 110), width - 110), top: spot.y }}
          data-below={spot.y < 110 || undefined}
        >
          <strong className="numbers">
            {valueOf(told.point)} {unit}
          </strong>
          <span>{statusOf(told.point).words}</span>
          <span className="muted">
            {day(told.point.date)}
            {rangeInWords(told.point) && ` · usual ${rangeInWords(told.point)}`}
          </span>
          <span className="muted">Select to open the source</span>
        </div>
      )}
    </div>
  )
}

function options(element: HTMLElement, scale: Scale, marks: readonly Mark[], width: number, height: number, onReady: (plot: uPlot) => void): uPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(`--salus-${name}`).trim()
  const axis: uPlot.Axis = {
    stroke: colour('muted-ink'),
    font: "13px 'Inter Variable', sans-serif",
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [12, 16, 0, 0],
    scales: { x: { time: true, range: (_, from, to) => [from - (to - from) * 0.03, to + (to - from) * 0.03] }, y: { range: [scale.from, scale.to] } },
    axes: [
      { ...axis, grid: { show: false }, gap: 10, space: width < 500 ? 56 : 88, values: (_, ticks, __, ___, step) => ticks.map((tick) => tickWords(tick, step)) },
      { ...axis, size: 56 },
    ],
    series: [{}, { stroke: colour('primary'), width: 2, spanGaps: false, points: { show: false } }, { stroke: colour('muted-ink'), width: 2, dash: [6, 4], spanGaps: false, points: { show: false } }],
    hooks: {
      drawClear: [(plot) => drawBand(plot, scale, colour('band'))],
      drawSeries: [(plot, series) => series === 1 && drawMarks(plot, marks, colour('muted-ink'), colour('sheet'))],
      ready: [onReady],
    },
  }
}

function drawBand(plot: uPlot, { from, to, low, high }: Scale, colour: string): void {
  if (low === undefined && high === undefined) return
  const top = plot.valToPos(high ?? to, 'y', true)
  const bottom = plot.valToPos(low ?? from, 'y', true)
  plot.ctx.save()
  plot.ctx.globalAlpha = 0.6
  plot.ctx.fillStyle = colour
  plot.ctx.fillRect(plot.bbox.left, top, plot.bbox.width, bottom - top)
  plot.ctx.restore()
}

/** What happened meanwhile: a letter on a thin line, told below the curve. */
function drawMarks(plot: uPlot, marks: readonly Mark[], ink: string, ground: string): void {
  const { ctx, bbox } = plot
  const unit = uPlot.pxRatio
  ctx.save()
  ctx.font = `600 ${11 * unit}px 'Inter Variable', sans-serif`
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  let before = Number.NEGATIVE_INFINITY
  let row = 0
  marks.forEach((mark, index) => {
    const x = plot.valToPos(mark.at, 'x', true)
    row = x - before < 20 * unit ? row + 1 : 0
    before = x
    const y = bbox.top + bbox.height - (10 + row * 20) * unit
    ctx.fillStyle = ink
    ctx.globalAlpha = 0.35
    ctx.fillRect(x - unit / 2, bbox.top, unit, bbox.height)
    ctx.globalAlpha = 1
    ctx.beginPath()
    ctx.arc(x, y, 9 * unit, 0, 2 * Math.PI)
    ctx.fill()
    ctx.fillStyle = ground
    ctx.fillText(letterOf(index), x, y + 0.5 * unit)
  })
  ctx.restore()
}

/** Days while the steps are days, months while they are months, then years. */
function tickWords(at: number, step: number): string {
  const date = new Date(at * 1000).toISOString()
  if (step >= 360 * 86_400) return date.slice(0, 4)
  return day(step >= 28 * 86_400 ? date.slice(0, 7) : date.slice(0, 10))
}
