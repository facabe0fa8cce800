import { useEffect, useState } from 'react'
import { Shape } from '../ui/States'
import type { Highlight } from './highlight'
import { Marked } from './Marked'
import classes from './Viewer.module.css'

/** A plain text with the cited words marked. */
export default function TextPages({ content, title, highlight }: { content: Blob; title: string; highlight?: Highlight }) {
  const [text, setText] = useState<string>()
  useEffect(() => {
    let wanted = true
    void content.text().then((read) => wanted && setText(read.replace(/\r\n?/g, '\n')))
    return () => {
      wanted = false
    }
  }, [content])
  if (text === undefined) return <Shape rows={1} height={320} />
  return (
    <div className={classes.scroller} tabIndex={0} role="region" aria-label={`Text of ${title}`}>
      <Marked text={text} highlight={highlight} />
    </div>
  )
}
