import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { createEmergencyLink, revokeEmergencyLink, showEmergencyLink } from '../api/salus'
import type { LinkCode, LinkItem, LinkWish } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { moment } from '../ui/dates'
import { Problem } from '../ui/Problem'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { CodeSheet } from './CodeSheet'
import classes from './Emergency.module.css'
import { linksQuery } from './queries'
import { outcomes, states } from './words'

const LIVES = [
  { value: '15', label: '15 minutes' },
  { value: '1440', label: 'A day' },
  { value: '43200', label: '30 days' },
  { value: '525600', label: 'A year' },
]

/** Codes to scan: made, shown again, taken back, and who opened them. */
export function Links({ personId }: { personId: string }) {
  const queryClient = useQueryClient()
  const links = useQuery(linksQuery(personId))
  const refresh = () => queryClient.invalidateQueries({ queryKey: linksQuery(personId).queryKey })
  const [shown, setShown] = useState<LinkCode>()
  return (
    <>
      <Sheet title="Codes to scan">
        <Loaded query={links} shape={<Shape rows={2} />}>
          {(all) =>
            all.length > 0 && (
              <Rows label="Codes">
                {all.map((link) => (
                  <LinkRow key={link.id} personId={personId} link={link} onShow={setShown} onChange={refresh} />
                ))}
              </Rows>
            )
          }
        </Loaded>
        <NewLink
          personId={personId}
          onMade={(code) => {
            setShown(code)
            void refresh()
          }}
        />
      </Sheet>
      {shown && <CodeSheet personId={personId} code={shown} onClose={() => setShown(undefined)} />}
    </>
  )
}

function NewLink({ personId, onMade }: { personId: string; onMade: (code: LinkCode) => void }) {
  const [label, setLabel] = useState('')
  const [passcode, setPasscode] = useState('')
  const [content, setContent] = useState<LinkWish['content']>('card')
  const [minutes, setMinutes] = useState('525600')
  const make = useMutation({
    mutationFn: () => createEmergencyLink(personId, { label: label.trim(), content, passcode: passcode || null, minutes: Number(minutes) }),
    onSuccess: (code) => {
      setLabel('')
      setPasscode('')
      onMade(code)
    },
  })
  const wrong = make.error instanceof Failure ? make.error : undefined
  function submit(event: FormEvent) {
    event.preventDefault()
    make.mutate()
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <h3>Make a code</h3>
      <TextInput label="What is it for?" placeholder="My wallet" maxLength={80} value={label} onChange={(event) => setLabel(event.currentTarget.value)} error={wrong?.about('label')} />
      <TextInput
        label="Passcode"
        description="4 characters or more. Write it beside the code, or tell it to those you trust. Leave it empty and whoever has the code can look."
        value={passcode}
        maxLength={64}
        autoComplete="off"
        onChange={(event) => setPasscode(event.currentTarget.value)}
        error={wrong?.about('passcode')}
      />
      <SegmentedControl
        aria-label="What it shows"
        size="md"
        value={content}
        onChange={(value) => setContent(value as LinkWish['content'])}
        data={[
          { value: 'card', label: 'Emergency card' },
          { value: 'summary', label: 'Whole summary' },
        ]}
      />
      <SegmentedControl aria-label="How long it works" size="md" value={minutes} onChange={setMinutes} data={LIVES} />
      {make.isError && (
        <Problem>{wrong?.detail ?? 'No code was made. Try again.'}</Problem>
      )}
      <Button type="submit" disabled={!label.trim()} loading={make.isPending}>
        Make the code
      </Button>
    </form>
  )
}

function LinkRow({ personId, link, onShow, onChange }: { personId: string; link: LinkItem; onShow: (code: LinkCode) => void; onChange: () => void }) {
  const show = useMutation({ mutationFn: () => showEmergencyLink(personId, link.id), onSuccess: onShow })
  const revoke = useMutation({ mutationFn: () => revokeEmergencyLink(personId, link.id), onSuccess: onChange })
  const about = [
    link.content === 'card' ? 'Emergency card' : 'Whole summary',
    link.hasPasscode ? 'with passcode' : 'no passcode',
    link.state === 'active' ? `works until ${moment(link.expiresAt)}` : undefined,
    link.hasPasscode && link.state === 'active' && link.attemptsLeft < 5 ? `${link.attemptsLeft} wrong tries left` : undefined,
  ]
  return (
    <>
      <Row
        icon="key"
        title={link.label}
        status={link.state !== 'active' && <Tag tone="attention">{states[link.state]}</Tag>}
        detail={show.isError || revoke.isError ? 'That did not work. Try again.' : about.filter(Boolean).join(' · ')}
        action={
          link.state === 'active' && (
            <span className={classes.actions}>
              <Button variant="default" loading={show.isPending} onClick={() => show.mutate()} aria-label={`Show the code ${link.label}`}>
                Show
              </Button>
              <Button variant="subtle" loading={revoke.isPending} onClick={() => revoke.mutate()} aria-label={`Take back the code ${link.label}`}>
                Take back
              </Button>
            </span>
          )
        }
      />
      {link.openings.length > 0 && (
        <li>
          <ul className={classes.openings} aria-label={`Who opened ${link.label}`}>
            {link.openings.slice(0, 10).map((opening, index) => (
              <li key={index}>
                {moment(opening.at)}: {opening.recipient ?? 'somebody'} {outcomes[opening.outcome] ?? opening.outcome}
                {opening.address && <span className="muted"> from {opening.address}</span>}
              </li>
            ))}
          </ul>
        </li>
      )}
    </>
  )
}
