import { Button, Switch, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { nameEmergencyContacts } from '../api/salus'
import type { EmergencyContacts, NamedContact } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import classes from './Emergency.module.css'
import { cardQuery, contactsQuery } from './queries'

const NOBODY: NamedContact = { name: '', relationship: '', phone: '', email: '', isTold: true }

/** Whom helpers call, and who of them is told when somebody opens the record in an emergency. */
export function Contacts({ personId }: { personId: string }) {
  const queryClient = useQueryClient()
  const contacts = useQuery(contactsQuery(personId))
  const [draft, setDraft] = useState(NOBODY)
  const save = useMutation({
    mutationFn: (all: NamedContact[]) => nameEmergencyContacts(personId, all),
    onSuccess: (saved) => {
      queryClient.setQueryData(contactsQuery(personId).queryKey, saved)
      void queryClient.invalidateQueries({ queryKey: cardQuery(personId).queryKey })
    },
  })
  const wrong = save.error instanceof Failure ? save.error : undefined
  const set = (name: 'name' | 'relationship' | 'phone' | 'email') => (value: string) => setDraft({ ...draft, [name]: value })
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate([...(contacts.data?.contacts ?? []), draft], { onSuccess: () => setDraft(NOBODY) })
  }
  return (
    <Sheet title="Emergency contacts">
      <Loaded query={contacts} shape={<Shape rows={1} />}>
        {(known) => <Named known={known} busy={save.isPending} onSave={save.mutate} />}
      </Loaded>
      <form className={classes.form} onSubmit={submit}>
        <h3>Name somebody</h3>
        <Field label="Name" value={draft.name} onChange={set('name')} error={wrong?.about('name')} />
        <Field label="What they are to you" value={draft.relationship} onChange={set('relationship')} error={wrong?.about('relationship')} />
        <Field label="Telephone" description="With the country: +46 70 123 45 67." type="tel" value={draft.phone} onChange={set('phone')} error={wrong?.about('phone')} />
        <Field label="E-mail" type="email" value={draft.email} onChange={set('email')} error={wrong?.about('email')} />
        <Switch
          label="Tell them when your record is opened"
          description="At once, by e-mail or else by SMS, when a doctor or helper opens your record in an emergency. They read who, when and until when, and nothing of your health."
          checked={draft.isTold}
          onChange={(event) => setDraft({ ...draft, isTold: event.currentTarget.checked })}
        />
        <Button type="submit" variant="default" disabled={!draft.name.trim() || !contacts.data} loading={save.isPending}>
          Name them
        </Button>
      </form>
    </Sheet>
  )
}

function Named({ known, busy, onSave }: { known: EmergencyContacts; busy: boolean; onSave: (all: NamedContact[]) => void }) {
  const { contacts, channels } = known
  const change = (contact: NamedContact, isTold: boolean) => onSave(contacts.map((one) => (one === contact ? { ...one, isTold } : one)))
  return (
    <>
      {channels.length === 0 && (
        <p className={`${classes.inside} muted`}>
          This Salus is not set up to send e-mail or SMS. You are told inside Salus; your contacts are not told. Whoever runs it can change that.
        </p>
      )}
      {contacts.length > 0 && (
        <Rows label="Emergency contacts">
          {contacts.map((contact) => (
            <Row
              key={`${contact.name} ${contact.phone}`}
              icon="people"
              title={contact.name}
              detail={[contact.relationship, contact.phone, contact.email].filter(Boolean).join(' · ')}
              action={
                <span className={classes.actions}>
                  <Switch
                    label="Tell them"
                    aria-label={`Tell ${contact.name} when your record is opened in an emergency`}
                    checked={contact.isTold}
                    disabled={busy}
                    onChange={(event) => change(contact, event.currentTarget.checked)}
                  />
                  <Button variant="subtle" onClick={() => onSave(contacts.filter((one) => one !== contact))} aria-label={`Remove ${contact.name}`}>
                    Remove
                  </Button>
                </span>
              }
            />
          ))}
        </Rows>
      )}
    </>
  )
}

function Field(props: { label: string; description?: string; value?: string | null; type?: string; error?: string; onChange: (value: string) => void }) {
  return (
    <TextInput
      label={props.label}
      description={props.description}
      type={props.type}
      value={props.value ?? ''}
      maxLength={100}
      error={props.error}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  )
}
