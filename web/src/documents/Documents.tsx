import { Button, FileButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type DragEvent, type ReactNode } from 'react'
import { usePersonId } from '../people/usePersonId'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import { DocumentRow } from './DocumentRow'
import { documentsQuery } from './queries'
import { UploadRow } from './UploadRow'
import { useUploads } from './uploads'
import classes from './Documents.module.css'

const ACCEPTED = '.pdf,.txt,.json,.ndjson,.hl7,.xml,.gz,.png,.jpg,.jpeg,application/pdf,text/plain'

/** Letters, reports and files: add them, see whether they were read, open them. */
export default function Documents() {
  const personId = usePersonId()
  const documents = useQuery(documentsQuery(personId))
  const { uploads, send } = useUploads(personId)
  const add = <AddButton onFiles={send} />
  return (
    <Page
      title="Documents"
      lead="Letters and reports. Salus reads them, so that you can ask about them and see the very place an answer stands on."
      action={add}
    >
      <DropZone onFiles={send}>
        {uploads.length > 0 && (
          <Sheet title="On the way">
            <Rows label="Files on the way">
              {uploads.map((upload) => (
                <UploadRow key={upload.key} upload={upload} personId={personId} />
              ))}
            </Rows>
          </Sheet>
        )}
        <Loaded query={documents} shape={<Shape rows={4} height={72} />}>
          {(items) =>
            items.length === 0 ? (
              uploads.length === 0 && (
                <Empty icon="documents" title="No documents yet" action={<AddButton onFiles={send} />}>
                  Add a letter or a report as PDF or text, or health records as FHIR files. You can also drop files
                  anywhere on this page.
                </Empty>
              )
            ) : (
              <Sheet>
                <Rows label="Documents">
                  {items.map((item) => (
                    <DocumentRow key={item.id} item={item} personId={personId} />
                  ))}
                </Rows>
              </Sheet>
            )
          }
        </Loaded>
      </DropZone>
    </Page>
  )
}

function AddButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  return (
    <FileButton multiple accept={ACCEPTED} onChange={onFiles}>
      {(props) => (
        <Button {...props} leftSection={<Icon name="upload" />}>
          Add files
        </Button>
      )}
    </FileButton>
  )
}

/** The whole page takes dropped files; the button beside it does the same for keys and fingers. */
function DropZone({ onFiles, children }: { onFiles: (files: File[]) => void; children: ReactNode }) {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const refuse = (event: Event) => event.preventDefault()
    window.addEventListener('dragover', refuse)
    window.addEventListener('drop', refuse)
    return () => {
      window.removeEventListener('dragover', refuse)
      window.removeEventListener('drop', refuse)
    }
  }, [])
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    onFiles([...event.dataTransfer.files])
  }
  return (
    <div
      className={classes.zone}
      onDragEnter={(event) => event.dataTransfer.types.includes('Files') && setOver(true)}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOver(false)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      {over && (
        <div className={classes.over} aria-hidden="true">
          <Icon name="upload" size={32} />
          Drop the files to add them
        </div>
      )}
      {children}
    </div>
  )
}
