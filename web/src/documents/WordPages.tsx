import { useQuery } from '@tanstack/react-query'
import { Loaded, Shape } from '../ui/States'
import type { Highlight } from './highlight'
import { Marked } from './Marked'
import { textQuery } from './queries'
import classes from './Viewer.module.css'

/** The words of a document that no browser can draw, page by page, with the cited ones marked. */
export default function WordPages({ id, title, highlight }: { id: string; title: string; highlight?: Highlight }) {
  const text = useQuery(textQuery(id))
  return (
    <Loaded query={text} shape={<Shape rows={1} height={320} />}>
      {({ pages }) => (
        <div className={classes.scroller} tabIndex={0} role="region" aria-label={`Words of ${title}`}>
          {pages.map((page, index) => (
            <Marked key={index} text={page} highlight={highlight?.page === index + 1 ? highlight : undefined} />
          ))}
        </div>
      )}
    </Loaded>
  )
}
