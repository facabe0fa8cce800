import { Drawer } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { documentQuery } from '../documents/queries'
import { usePersonId } from '../people/usePersonId'
import { FactSheet } from './FactSheet'
import { fromAddress } from './SourceLink'

/** The source named in the URL, opened beside the record: from the right on a desk, from below on a phone. */
export default function SourceDrawer() {
  const { source } = useSearch({ from: '/app/people/$personId' })
  const personId = usePersonId()
  const navigate = useNavigate()
  const phone = useMediaQuery('(max-width: 48em)')
  const ref = source ? fromAddress(source) : undefined
  const close = () =>
    void navigate({
      to: '.',
      search: (before: { source?: string }) => ({ ...before, source: undefined }),
      resetScroll: false,
    })
  return (
    <Drawer
      opened={ref !== undefined}
      onClose={close}
      position={phone ? 'bottom' : 'right'}
      size={phone ? '85%' : 480}
      title="Where this comes from"
    >
      {ref && <FactSheet source={ref} />}
      {ref && (
        <p>
          <Link to="/people/$personId/privacy/data" params={{ personId }} search={{ entry: `${ref.type}/${ref.id}` }}>
            Something is wrong here
          </Link>
        </p>
      )}
      {ref?.type === 'DocumentReference' && <DocumentLink id={ref.id} personId={personId} />}
    </Drawer>
  )
}

/** The document itself, where this is one that Salus keeps; others only tell of a document elsewhere. */
function DocumentLink({ id, personId }: { id: string; personId: string }) {
  const document = useQuery(documentQuery(id))
  return (
    document.data && (
      <Link to="/people/$personId/documents/$documentId" params={{ personId, documentId: id }}>
        Open the document
      </Link>
    )
  )
}
