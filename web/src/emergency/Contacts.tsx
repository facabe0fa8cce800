import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { nameEmergencyContacts } from '../api/salus'
import type { NamedContact } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import classes from './Emergency.module.css'
import { cardQuery, contactsQuery } from './queries'

const NOBODY: NamedContact = { name: '', relationship: '', phone: '', email: '' }

/** Whom helpers call. */
export function Contacts({ personId }: { personId: string }) {
  const queryClient = useQueryClient()
  const contacts = useQuery(contactsQuery(personId))
  const [draft, setDraft] = useState(NOBODY)
  const save = useMutation({
    mutationFn: (all: NamedContact[]) => nameEmergencyContacts(personId, all),
    onSuccess: (all) => {
      queryClient.setQueryData(contactsQuery(personId).queryKey, all)
      void queryClient.invalidateQueries({ queryKey: cardQuery(personId).queryKey })
    },
  })
  const wrong = save.error instanceof Failure ? save.error : undefined
  const set = (name: keyof NamedContact) => (value: string) => setDraft({ ...draft, [name]: value })
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate([...(contacts.data ?? []), draft], { onSuccess: () => setDraft(NOBODY) })
  }
  return (
    <Sheet title="Emergency contacts">
      <Loaded query={contacts} shape={<Shape rows={1} />}>
        {(all) =>
          all.length > 0 && (
            <Rows label="Emergency contacts">
              {all.map((contact) => (
                <Row
                  key={`${contact.name} ${contact.phone}`}
                  icon="people"
                  title={contact.name}
                  detail={[contact.relationship, contact.phone, contact.email].filter(Boolean).join(' · ')}
                  action={
                    <Button variant="subtle" onClick={() => save.mutate(all.filter((one) => one !== contact))} aria-label={`Remove ${contact.name}`}>
                      Remove
                    </Button>
                  }
                />
              ))}
            </Rows>
          )
        }
      </Loaded>
      <form className={classes.form} onSubmit={submit}>
        <h3>Name somebody</h3>
        <Field label="Name" value={draft.name} onChange={set('name')} error={wrong?.about('name')} />
        <Field label="What they are to you" value={draft.relationship} onChange={set('relationship')} error={wrong?.about('relationship')} />
        <Field label="Telephone" type="tel" value={draft.phone} onChange={set('phone')} error={wrong?.about('phone')} />
        <Field label="E-mail" type="email" value={draft.email} onChange={set('email')} error={wrong?.about('email')} />
        <Button type="submit" variant="default" disabled={!draft.name.trim() || !contacts.data} loading={save.isPending}>
          Name them
        </Button>
      </form>
    </Sheet>
  )
}

function Field(props: { label: string; value?: string | null; type?: string; error?: string; onChange: (value: string) => void }) {
  return (
    <TextInput
      label={props.label}
      type={props.type}
      value={props.value ?? ''}
      maxLength={100}
      error={props.error}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  )
}
