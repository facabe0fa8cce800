import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import form from './Form.module.css'
import { Problem } from './Problem'

/** Asks once before something that cannot be taken back. Without `onConfirm` there is nothing to do but to read why. */
export function Confirm({
  title,
  act,
  problem,
  busy,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  /** What the button does, in its words. */
  act: string
  /** What went wrong with it. */
  problem?: string
  busy: boolean
  onConfirm?: () => void
  onClose: () => void
  children: ReactNode
}) {
  return (
    <Modal opened onClose={onClose} title={title} centered>
      <div className={form.form}>
        {problem && <Problem>{problem}</Problem>}
        {children}
        <div className={form.actions}>
          <Button variant="default" onClick={onClose} data-autofocus>
            {onConfirm ? 'Leave it' : 'Close'}
          </Button>
          {onConfirm && (
            <Button color="danger" loading={busy} onClick={onConfirm}>
              {act}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  )
}
