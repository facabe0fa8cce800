import { useEffect, useRef, useState } from 'react'
import { Shape } from '../ui/States'
import { stretchOf, type Highlight } from './highlight'
import classes from './Viewer.module.css'

/** A plain text with the cited words marked. */
export default function TextPages({ content, title, highlight }: { content: Blob; title: string; highlight?: Highlight }) {
  const [text, setText] = useState<string>()
  const mark = useRef<HTMLElement>(null)
  useEffect(() => {
    let wanted = true
    void content.text().then((read) => wanted && setText(read))
    return () => {
      wanted = false
    }
  }, [content])
  useEffect(() => {
    mark.current?.scrollIntoView({ block: 'center' })
  }, [text, highlight])
  if (text === undefined) return <Shape rows={1} height={320} />
  const stretch = highlight && stretchOf(text, highlight)
  const [from, to] = stretch ?? [0, 0]
  return (
    <div className={classes.scroller} tabIndex={0} role="region" aria-label={`Text of ${title}`}>
      <pre className={classes.text}>
        {text.slice(0, from)}
        {stretch && (
          <mark ref={mark} data-cited className={classes.mark}>
            {text.slice(from, to)}
          </mark>
        )}
        {text.slice(to)}
      </pre>
    </div>
  )
}
