import { ActionIcon } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useMemo, useRef } from 'react'
import type { Citation, DocumentSource } from '../api/salus.schemas'
import type { Highlight } from '../documents/highlight'
import { documentQuery } from '../documents/queries'
import { Viewer } from '../documents/Viewer'
import { FactSheet } from '../records/FactSheet'
import { day } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Loaded, Shape } from '../ui/States'
import classes from './SourcePane.module.css'

/** What a sentence stands on: the entry of the record, or the page of the document with the words marked. */
export function SourcePane({ citation, personId, onClose }: { citation: Citation; personId: string; onClose: () => void }) {
  const { source } = citation
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <div className={classes.pane} onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <div className={classes.head}>
        <span className={classes.number} aria-hidden="true">
          {citation.number}
        </span>
        <div className={classes.what}>
          <h2 ref={heading} tabIndex={-1}>
            {citation.title}
          </h2>
          {citation.date && <p className="muted small numbers">{day(citation.date)}</p>}
        </div>
        <ActionIcon onClick={onClose} aria-label="Close the source">
          <Icon name="close" />
        </ActionIcon>
      </div>
      {source.kind === 'document' ? (
        <CitedDocument source={source} quote={citation.quote ?? undefined} personId={personId} />
      ) : (
        <div className={classes.fact}>
          <FactSheet source={source} />
        </div>
      )}
    </div>
  )
}

function CitedDocument({ source, quote, personId }: { source: DocumentSource; quote?: string; personId: string }) {
  const document = useQuery(documentQuery(source.id))
  const highlight = useMemo<Highlight>(
    () => ({ page: source.page, boxes: source.boxes, start: source.start, end: source.end, quote }),
    [source, quote],
  )
  return (
    <Loaded query={document} shape={<Shape rows={1} height={480} />}>
      {(item) => (
        <>
          <Viewer document={item} highlight={highlight} />
          <footer className={classes.foot}>
            <Link
              to="/people/$personId/documents/$documentId"
              params={{ personId, documentId: item.id }}
              search={{ page: source.page }}
              state={{ highlight }}
              className={classes.whole}
            >
              Open the whole document
            </Link>
          </footer>
        </>
      )}
    </Loaded>
  )
}
