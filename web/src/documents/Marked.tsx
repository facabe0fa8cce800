import { useEffect, useRef } from 'react'
import { stretchOf, type Highlight } from './highlight'
import classes from './Viewer.module.css'

/** A text with the cited words marked and in view. */
export function Marked({ text, highlight }: { text: string; highlight?: Highlight }) {
  const mark = useRef<HTMLElement>(null)
  useEffect(() => {
    mark.current?.scrollIntoView({ block: 'center' })
  }, [text, highlight])
  const stretch = highlight && stretchOf(text, highlight)
  const [from, to] = stretch ?? [0, 0]
  return (
    <pre className={classes.text}>
      {text.slice(0, from)}
      {stretch && (
        <mark ref={mark} data-cited className={classes.mark}>
          {text.slice(from, to)}
        </mark>
      )}
      {text.slice(to)}
    </pre>
  )
}
