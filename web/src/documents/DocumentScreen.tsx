import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useRouterState, useSearch } from '@tanstack/react-router'
import { usePersonId } from '../people/usePersonId'
import { day } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Loaded, Shape } from '../ui/States'
import { State } from './DocumentRow'
import { documentQuery } from './queries'
import { DownloadLink, Viewer } from './Viewer'
import classes from './DocumentScreen.module.css'

/** One document, whole. */
export default function DocumentScreen() {
  const personId = usePersonId()
  const { documentId } = useParams({ from: '/app/people/$personId/documents/$documentId' })
  const { page } = useSearch({ from: '/app/people/$personId/documents/$documentId' })
  const highlight = useRouterState({ select: (state) => state.location.state.highlight })
  const document = useQuery(documentQuery(documentId))
  return (
    <Page title={document.data?.title ?? 'Document'} unseenTitle wide>
      <Loaded query={document} shape={<Shape rows={1} height={600} />}>
        {(item) => (
          <div className={classes.screen}>
            <header className={classes.head}>
              <Link to="/people/$personId/documents" params={{ personId }} className={classes.back}>
                <Icon name="left" size={18} />
                All documents
              </Link>
              <div className={classes.what}>
                <p className={classes.title}>{item.title}</p>
                <p className="muted small">
                  <span className="numbers">{day(item.date ?? item.uploadedAt)}</span> · <State item={item} />
                </p>
              </div>
              <DownloadLink document={item} />
            </header>
            <Viewer document={item} highlight={highlight} page={page} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}
