import { Button, Radio, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { openEmergency } from '../api/salus'
import type { AccessItem } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { moment } from '../ui/dates'
import { Page } from '../ui/Page'
import { Problem } from '../ui/Problem'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import classes from './Emergency.module.css'
import { accessesQuery } from './queries'
import { reasons } from './words'

/** Opening the emergency view of somebody who cannot be asked. */
export default function BreakGlass() {
  const accesses = useQuery(accessesQuery)
  return (
    <Page title="Emergency" lead="Open the emergency view of somebody who cannot be asked. They are told at once, and see what you read.">
      <Open />
      <Sheet title="Your emergencies">
        <Loaded query={accesses} shape={<Shape rows={2} />}>
          {(all) =>
            all.length === 0 ? (
              <p className={`${classes.inside} muted`}>You have opened none.</p>
            ) : (
              <Rows label="Your emergencies">
                {all.map((access) => (
                  <AccessRow key={access.id} access={access} />
                ))}
              </Rows>
            )
          }
        </Loaded>
      </Sheet>
    </Page>
  )
}

function AccessRow({ access }: { access: AccessItem }) {
  return (
    <Row
      icon="shield"
      title={access.personName}
      status={access.isOpen ? <Tag tone="attention">open</Tag> : access.needsNote ? <Tag tone="attention">note owed</Tag> : undefined}
      detail={`${reasons[access.reason]}: “${access.reasonText}”`}
      when={`${moment(access.openedAt)} to ${moment(access.endedAt ?? access.expiresAt)}`}
      action={
        <Link to="/emergency/$accessId" params={{ accessId: access.id }}>
          {access.isOpen ? 'See it' : access.needsNote ? 'Write the note' : 'Details'}
          <span className="unseen"> of {access.personName}</span>
        </Link>
      }
    />
  )
}

function Open() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [birthDate, setBirthDate] = useState('')
  const [identifier, setIdentifier] = useState('')
  const [reason, setReason] = useState<AccessItem['reason']>()
  const [words, setWords] = useState('')
  const open = useMutation({
    mutationFn: () => openEmergency({ name, birthDate, identifier: identifier || null, reason: reason ?? 'other', reasonText: words.trim() }),
    onSuccess: async (access) => {
      await queryClient.invalidateQueries({ queryKey: accessesQuery.queryKey })
      await navigate({ to: '/emergency/$accessId', params: { accessId: access.id } })
    },
  })
  const wrong = open.error instanceof Failure ? open.error : undefined
  function submit(event: FormEvent) {
    event.preventDefault()
    open.mutate()
  }
  const ready = name.trim() && birthDate && reason && words.trim().length >= 5
  return (
    <Sheet title="Who is it?">
      <form className={classes.form} onSubmit={submit}>
        <TextInput label="Name" description="As it stands on a card or document of theirs." value={name} maxLength={200} autoComplete="off" onChange={(event) => setName(event.currentTarget.value)} error={wrong?.about('name')} />
        <TextInput label="Birth date" type="date" value={birthDate} onChange={(event) => setBirthDate(event.currentTarget.value)} error={wrong?.about('birthDate')} />
        <TextInput label="A number of theirs (if there is one)" value={identifier} maxLength={100} autoComplete="off" onChange={(event) => setIdentifier(event.currentTarget.value)} error={wrong?.about('identifier')} />
        <Radio.Group label="Why" value={reason ?? ''} onChange={(value) => setReason(value as AccessItem['reason'])}>
          {Object.entries(reasons).map(([value, label]) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Radio.Group>
        <Textarea label="What happened" description="The person reads this." value={words} maxLength={500} autosize minRows={2} onChange={(event) => setWords(event.currentTarget.value)} error={wrong?.about('reasonText')} />
        {open.isError && (
          <Problem>{told(wrong)}</Problem>
        )}
        <Button type="submit" disabled={!ready} loading={open.isPending}>
          Open the emergency view
        </Button>
      </form>
    </Sheet>
  )
}

function told(wrong: Failure | undefined): string {
  if (wrong?.status === 404) return 'Nobody with this name and birth date is here. Check both; the attempt is on file.'
  if (wrong?.status === 429) return 'That were too many attempts. Wait some minutes.'
  return wrong?.detail ?? 'It could not be opened. Try again.'
}
