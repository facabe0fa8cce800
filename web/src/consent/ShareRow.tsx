import { Button, Group, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { stopSharing } from '../api/salus'
import type { KindItem, ShareItem } from '../api/salus.schemas'
import { day, moment } from '../ui/dates'
import { Row } from '../ui/Row'
import { sharingQuery } from './queries'

/** One share: with whom, what, since and until when; taken back after a question. */
export function ShareRow({ share, kinds, personId }: { share: ShareItem; kinds: KindItem[]; personId: string }) {
  const queryClient = useQueryClient()
  const [asking, { open, close }] = useDisclosure()
  const stop = useMutation({
    mutationFn: () => stopSharing(personId, share.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sharingQuery(personId).queryKey }),
  })
  return (
    <>
      <Row
        icon={share.kind === 'person' ? 'me' : 'visit'}
        title={share.name}
        detail={wordsFor(share.what, kinds)}
        when={share.until ? `until ${moment(share.until)}` : `since ${day(share.since)}`}
        action={
          <Button variant="subtle" onClick={open} aria-label={`Stop sharing with ${share.name}`}>
            Stop
          </Button>
        }
      />
      <Modal opened={asking} onClose={close} title={`Stop sharing with ${share.name}?`} centered>
        <p>From now on they can no longer look at what you shared here. What they saw before, they may remember.</p>
        {stop.isError && <p role="alert">It could not be stopped. They can still look; try again.</p>}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            Keep sharing
          </Button>
          <Button loading={stop.isPending} onClick={() => stop.mutate(undefined, { onSuccess: close })}>
            Stop sharing
          </Button>
        </Group>
      </Modal>
    </>
  )
}

/** "Everything", or "Medicines, Allergies". */
export function wordsFor(what: string[], kinds: KindItem[]): string {
  if (what.length === 0) return 'Everything'
  return what.map((code) => kinds.find((kind) => kind.code === code)?.words ?? code).join(', ')
}
