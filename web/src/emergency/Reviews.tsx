import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { objectToEmergency } from '../api/salus'
import type { AccessItem } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import classes from './Emergency.module.css'
import { reviewsQuery } from './queries'
import { Told } from './Told'
import { kinds, reasons } from './words'
import { WordsForm } from './WordsForm'

/** Who opened the emergency view without being asked, why, what they read, and who was told of it. */
export function Reviews({ personId }: { personId: string }) {
  const reviews = useQuery(reviewsQuery(personId))
  return (
    <Sheet title="Who opened it in an emergency">
      <Loaded query={reviews} shape={<Shape rows={1} />}>
        {(all) =>
          all.length === 0 ? (
            <p className={`${classes.inside} muted`}>Nobody has. If a doctor or helper ever does, you are told at once, and see here what they read.</p>
          ) : (
            <Rows label="Emergencies">
              {all.map((access) => (
                <Review key={access.id} personId={personId} access={access} />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Sheet>
  )
}

function Review({ personId, access }: { personId: string; access: AccessItem }) {
  const read = (access.read ?? []).map((item) => (item.type ? (kinds[item.type] ?? item.type) : 'several things'))
  return (
    <>
      <Row
        icon="shield"
        title={[access.who, access.organization].filter(Boolean).join(', ')}
        status={access.isOpen ? <Tag tone="attention">open now</Tag> : undefined}
        detail={
          <>
            {reasons[access.reason]}: “{access.reasonText}”. {read.length > 0 ? `Read: ${[...new Set(read)].join(', ')}.` : 'Nothing was read.'}
            {access.note && ` Their note: “${access.note}”.`}
            {access.objection && ' You said that it was not right; it is being looked at.'}
          </>
        }
        when={`${moment(access.openedAt)} to ${moment(access.endedAt ?? access.expiresAt)}`}
      />
      <Told access={access} />
      {!access.objection && (
        <li>
          <Objection personId={personId} access={access} />
        </li>
      )}
    </>
  )
}

function Objection({ personId, access }: { personId: string; access: AccessItem }) {
  const queryClient = useQueryClient()
  const [writing, setWriting] = useState(false)
  async function send(objection: string) {
    await objectToEmergency(personId, access.id, { objection })
    await queryClient.invalidateQueries({ queryKey: reviewsQuery(personId).queryKey })
  }
  if (!writing) {
    return (
      <p className={classes.openings}>
        <Button variant="subtle" onClick={() => setWriting(true)} aria-label={`Say that what ${access.who} did was not right`}>
          This was not right
        </Button>
      </p>
    )
  }
  return (
    <WordsForm
      label="What was not right?"
      description="The person who runs this Salus reads it and looks into it."
      rows={2}
      button="Send"
      failed="It was not sent. Try again."
      send={send}
    />
  )
}
