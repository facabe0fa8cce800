import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { beginAddress, confirmAddress } from '../api/salus'
import type { AddressMethod } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { factorsQuery } from './queries'
import { useSession } from './session'
import classes from './Me.module.css'

/** Sets up codes by e-mail or SMS: a first one is sent, and typed in here. */
export function AddAddress({ onClose }: { onClose: () => void }) {
  const { account } = useSession()
  const queryClient = useQueryClient()
  const [method, setMethod] = useState<AddressMethod>('email')
  const [phone, setPhone] = useState('')
  const [code, setCode] = useState('')
  const begin = useMutation({ mutationFn: () => beginAddress({ method, phone: method === 'sms' ? phone.trim() : null }) })
  const confirm = useMutation({
    mutationFn: () => confirmAddress({ code: code.trim() }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: factorsQuery.queryKey })
      onClose()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    if (begin.isSuccess) confirm.mutate()
    else begin.mutate()
  }
  const error = (begin.isSuccess ? confirm.error : begin.error) ?? undefined
  const wrong = error && ((error instanceof Failure && error.detail) || 'This did not work. Try again.')
  return (
    <Modal opened onClose={onClose} title="Add codes by e-mail or SMS">
      <form className={classes.setup} onSubmit={submit}>
        {begin.isSuccess ? (
          <TextInput
            label="The six digits that came"
            description="They are good for ten minutes."
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            error={wrong}
          />
        ) : (
          <>
            <SegmentedControl
              aria-label="By which way"
              size="md"
              value={method}
              onChange={(value) => setMethod(value as AddressMethod)}
              data={[
                { value: 'email', label: 'E-mail' },
                { value: 'sms', label: 'SMS' },
              ]}
            />
            {method === 'sms' ? (
              <TextInput label="Your telephone number, with its country" placeholder="+46 70 123 45 67" type="tel" autoComplete="tel" value={phone} onChange={(event) => setPhone(event.currentTarget.value)} error={wrong} />
            ) : (
              <p>Codes are sent to {account.email}. A passkey or an app is safer: whoever reads your e-mail reads the codes.</p>
            )}
            {method === 'email' && wrong && <p role="alert">{wrong}</p>}
          </>
        )}
        <Button type="submit" loading={begin.isPending || confirm.isPending} disabled={begin.isSuccess ? code.trim().length < 6 : method === 'sms' && !phone.trim()}>
          {begin.isSuccess ? 'Confirm' : 'Send a first code'}
        </Button>
      </form>
    </Modal>
  )
}
