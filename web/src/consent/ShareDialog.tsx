import { Button, Checkbox, Modal, Radio, SegmentedControl, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { shareRecord } from '../api/salus'
import type { KindItem, Recipient } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { Chooser } from '../people/Chooser'
import { Named } from '../people/Named'
import form from '../ui/Form.module.css'
import { Problem } from '../ui/Problem'
import { sharingQuery } from './queries'
import classes from './Share.module.css'

type Kind = Recipient['kind']

/** With whom, what, until when. */
export function ShareDialog({ personId, kinds, onClose }: { personId: string; kinds: KindItem[]; onClose: () => void }) {
  const queryClient = useQueryClient()
  const [kind, setKind] = useState<Kind>('person')
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [chosen, setChosen] = useState<string>()
  const [all, setAll] = useState(true)
  const [what, setWhat] = useState<string[]>([])
  const [until, setUntil] = useState('')
  const share = useMutation({
    mutationFn: () => shareRecord(personId, { with: recipient(kind, { name, email, id: chosen ?? '' }), what: all ? [] : what, until: until || null }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: sharingQuery(personId).queryKey })
      onClose()
    },
  })
  const wrong = share.error instanceof Failure ? share.error : undefined
  const named = kind === 'person' ? Boolean(name.trim() && email.trim()) : Boolean(chosen)
  function submit(event: FormEvent) {
    event.preventDefault()
    share.mutate()
  }
  return (
    <Modal opened onClose={onClose} title="Share this record" size="lg">
      <form className={form.form} onSubmit={submit}>
        {share.isError && (
          <Problem>{wrong?.detail ?? 'Nothing was shared. Try again.'}</Problem>
        )}
        <SegmentedControl
          aria-label="With whom"
          size="md"
          value={kind}
          onChange={(value) => {
            setKind(value as Kind)
            setChosen(undefined)
          }}
          data={[
            { value: 'person', label: 'A person' },
            { value: 'practitioner', label: 'A practitioner' },
            { value: 'organization', label: 'A clinic' },
          ]}
        />
        {kind === 'person' ? (
          <>
            <TextInput label="Their name" value={name} maxLength={200} onChange={(event) => setName(event.currentTarget.value)} error={wrong?.about('with.name')} />
            <TextInput
              label="Their e-mail address"
              description="Whoever signs in with this address can look. They need not have an account yet."
              type="email"
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
              error={wrong?.about('with.email')}
            />
          </>
        ) : chosen ? (
          <p className={classes.chosen}>
            <Named type={kind === 'practitioner' ? 'Practitioner' : 'Organization'} id={chosen} />
            <Button variant="subtle" onClick={() => setChosen(undefined)}>
              Choose another
            </Button>
          </p>
        ) : (
          <Chooser
            type={kind === 'practitioner' ? 'Practitioner' : 'Organization'}
            label={kind === 'practitioner' ? 'Which practitioner' : 'Which clinic'}
            description={kind === 'organization' ? 'Everybody who works there as a clinician or pharmacist can look.' : undefined}
            onChoose={setChosen}
          />
        )}
        <Radio.Group label="What they can look at" value={all ? 'all' : 'some'} onChange={(value) => setAll(value === 'all')}>
          <Radio value="all" label="Everything" />
          <Radio value="some" label="Only some of it" />
        </Radio.Group>
        {!all && (
          <Checkbox.Group aria-label="Kinds of data" value={what} onChange={setWhat} error={wrong?.about('what')}>
            <div className={classes.kinds}>
              {kinds.map((one) => (
                <Checkbox key={one.code} value={one.code} label={one.words} />
              ))}
            </div>
          </Checkbox.Group>
        )}
        <TextInput
          type="date"
          label="Until"
          description="The last day. Leave it empty to share until you stop it."
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
          error={wrong?.about('until')}
        />
        <div className={form.actions}>
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={share.isPending} disabled={!named || (!all && what.length === 0)}>
            Share
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function recipient(kind: Kind, { name, email, id }: { name: string; email: string; id: string }): Recipient {
  return kind === 'person' ? { kind, name: name.trim(), email: email.trim() } : { kind, id }
}
