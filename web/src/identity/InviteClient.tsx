import { Button, Modal } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { inviteClient } from '../api/salus'
import { Failure } from '../app/transport'
import form from '../ui/Form.module.css'
import { Problem } from '../ui/Problem'
import { ShownOnce } from '../ui/ShownOnce'

/** An invitation with which the makers of an app register it themselves. */
export function InviteClient({ onClose }: { onClose: () => void }) {
  const invite = useMutation({ mutationFn: () => inviteClient() })
  const detail = invite.error instanceof Failure ? invite.error.detail : undefined
  return (
    <Modal opened onClose={onClose} title="Invite an app" centered>
      <div className={form.form}>
        {invite.isError && <Problem>{detail ?? 'No invitation was made. Try again.'}</Problem>}
        <p>
          With an invitation the makers of one app register it themselves, within a week. They send it after “Bearer” to <code>{location.origin}/oauth/register</code>.
        </p>
        {invite.data && <ShownOnce what="invitation" secret={invite.data.invitation} />}
        <div className={form.actions}>
          <Button variant="default" onClick={onClose}>
            {invite.data ? 'Done' : 'Leave it'}
          </Button>
          {!invite.data && (
            <Button loading={invite.isPending} onClick={() => invite.mutate()}>
              Make an invitation
            </Button>
          )}
        </div>
      </div>
    </Modal>
  )
}
