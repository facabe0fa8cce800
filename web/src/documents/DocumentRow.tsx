import { ActionIcon, Button, Group, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import type { DocumentItem } from '../api/salus.schemas'
import { day } from '../ui/dates'
import { Icon, type IconName } from '../ui/icons'
import { Row } from '../ui/Row'
import { useDelete } from './queries'
import classes from './Documents.module.css'

export function DocumentRow({ item, personId }: { item: DocumentItem; personId: string }) {
  return (
    <Row
      icon="page"
      title={
        <Link to="/people/$personId/documents/$documentId" params={{ personId, documentId: item.id }} className={classes.title}>
          {item.title}
        </Link>
      }
      detail={<State item={item} />}
      when={day(item.date ?? item.uploadedAt)}
      value={<span className="muted small">{sizeOf(item)}</span>}
      action={<Delete item={item} personId={personId} />}
    />
  )
}

const states: Record<DocumentItem['state'], { icon: IconName; words: string; tone?: 'attention' | 'danger' }> = {
  received: { icon: 'clock', words: 'Received, waiting to be read' },
  reading: { icon: 'clock', words: 'Being read now' },
  read: { icon: 'tick', words: 'Read' },
  needsYou: { icon: 'warning', words: 'Needs you', tone: 'attention' },
  failed: { icon: 'warning', words: 'Could not be read', tone: 'danger' },
}

/** Where a document is on its way, and why where it stopped. */
export function State({ item }: { item: DocumentItem }) {
  const state = states[item.state]
  return (
    <span className={classes.state} data-tone={state.tone} data-state={item.state}>
      <Icon name={state.icon} size={16} />
      {state.words}
      {item.reason && item.state !== 'read' && `: ${item.reason}`}
    </span>
  )
}

function Delete({ item, personId }: { item: DocumentItem; personId: string }) {
  const [asking, { open, close }] = useDisclosure()
  const remove = useDelete(personId)
  return (
    <>
      <ActionIcon onClick={open} aria-label={`Delete ${item.title}`}>
        <Icon name="bin" />
      </ActionIcon>
      <Modal opened={asking} onClose={close} title="Delete this document?" centered>
        <p>
          “{item.title}” and what was read from it will no longer be shown or searched. Answers that stand on it will
          not be given any more.
        </p>
        {remove.isError && <p role="alert">It could not be deleted. Nothing has changed; you may not have the right to.</p>}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            Keep it
          </Button>
          <Button color="danger" loading={remove.isPending} onClick={() => remove.mutate(item.id, { onSuccess: close })}>
            Delete this document
          </Button>
        </Group>
      </Modal>
    </>
  )
}

function sizeOf({ size, pages }: DocumentItem): string {
  const amount = size >= 1_000_000 ? `${(size / 1_000_000).toFixed(1)} MB` : `${Math.max(1, Math.round(size / 1000))} kB`
  return pages ? `${pages} ${pages === 1 ? 'page' : 'pages'} · ${amount}` : amount
}
