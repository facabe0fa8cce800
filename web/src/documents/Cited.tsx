import type { Highlight } from './highlight'
import classes from './Viewer.module.css'

/** The cited place, laid over the page that it stands in. */
export function Cited({ highlight }: { highlight?: Highlight }) {
  return highlight?.boxes.map((box, index) => (
    <div
      key={index}
      data-cited
      className={classes.cited}
      style={{ left: part(box.x), top: part(box.y), width: part(box.width), height: part(box.height) }}
    />
  ))
}

function part(fraction: number): string {
  return `${(fraction * 100).toFixed(3)}%`
}
