import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { beginTotp, confirmTotp } from '../api/salus'
import { Failure } from '../app/transport'
import { Shape } from '../ui/States'
import { factorsQuery } from './queries'
import classes from './Me.module.css'

/** Sets up an authenticator app: a picture to scan, then its first code. */
export function AddApp({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient()
  const [code, setCode] = useState('')
  const begin = useMutation({ mutationFn: () => beginTotp() })
  const { mutate } = begin
  useEffect(() => mutate(), [mutate])
  const confirm = useMutation({
    mutationFn: (id: string) => confirmTotp(id, { code: code.trim() }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: factorsQuery.queryKey })
      onClose()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    if (begin.data) confirm.mutate(begin.data.id)
  }
  const wrong = confirm.error instanceof Failure ? (confirm.error.detail ?? confirm.error.title) : undefined
  return (
    <Modal opened onClose={onClose} title="Add an authenticator app">
      {begin.isError && (
        <div role="alert">
          <p>It could not be begun. Nothing has changed.</p>
          <Button variant="default" onClick={() => mutate()}>
            Try again
          </Button>
        </div>
      )}
      {begin.isPending && <Shape rows={1} height={200} />}
      {begin.data && (
        <form className={classes.setup} onSubmit={submit}>
          <p>Scan this picture with the app, then write the six digits that it shows.</p>
          <img className={classes.qr} src={`data:image/svg+xml,${encodeURIComponent(begin.data.qrSvg)}`} alt="A QR code for your authenticator app" width={200} height={200} />
          <details>
            <summary>The app cannot scan</summary>
            <p className="muted">Type this into the app:</p>
            <code className={classes.secret}>{begin.data.secret}</code>
          </details>
          <TextInput
            label="The six digits"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            error={wrong}
            data-autofocus
          />
          <Button type="submit" loading={confirm.isPending} disabled={code.trim().length < 6}>
            Add the app
          </Button>
        </form>
      )}
    </Modal>
  )
}
