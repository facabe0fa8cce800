import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import type { DocumentItem } from '../api/salus.schemas'
import { Empty, Loaded, Shape } from '../ui/States'
import type { Highlight } from './highlight'
import { contentQuery } from './queries'
import classes from './Viewer.module.css'

const PdfPages = lazy(() => import('./PdfPages'))
const Picture = lazy(() => import('./Picture'))
const TextPages = lazy(() => import('./TextPages'))
const WordPages = lazy(() => import('./WordPages'))

/** Shows a document by its kind, and the cited place in it. */
export function Viewer({ document, highlight, page }: { document: DocumentItem; highlight?: Highlight; page?: number }) {
  const content = useQuery(contentQuery(document.id))
  const { contentType, title } = document
  return (
    <div className={classes.viewer}>
      <Loaded query={content} shape={<Shape rows={1} height={480} />}>
        {(blob) => (
          <Suspense fallback={<Shape rows={1} height={480} />}>
            {contentType.includes('pdf') ? (
              <PdfPages content={blob} title={title} highlight={highlight} page={page} />
            ) : contentType.startsWith('image/') ? (
              <Picture content={blob} title={title} highlight={highlight} />
            ) : /^text\/|json|hl7/.test(contentType) ? (
              <TextPages content={blob} title={title} highlight={highlight} />
            ) : document.state === 'read' ? (
              <WordPages id={document.id} title={title} highlight={highlight} />
            ) : (
              <Empty icon="page" title="This kind of file cannot be shown here">
                You can download it and open it with a program of your own.
              </Empty>
            )}
          </Suspense>
        )}
      </Loaded>
    </div>
  )
}

/** Saves the file as it was added. */
export function DownloadLink({ document }: { document: DocumentItem }) {
  return (
    <a href={`/api/v1/documents/${document.id}/content`} download={document.title} className={classes.download}>
      Download
    </a>
  )
}
