import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { decideCorrection } from '../api/salus'
import type { Correction, Decision, Erasure } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Page } from '../ui/Page'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import { correctionsQuery, erasuresQuery } from './queries'
import classes from './Rights.module.css'

/** What people asked for: corrections to decide, erasures and how far they are. */
export default function Requests() {
  const corrections = useQuery(correctionsQuery)
  const erasures = useQuery(erasuresQuery)
  return (
    <Page title="Requests" lead="What people ask for about their records.">
      <Loaded query={corrections} shape={<Shape rows={2} />}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="page" title="No corrections asked for">
              When somebody says that an entry is wrong, it stands here until it is decided.
            </Empty>
          ) : (
            <Sheet title="Corrections">
              <Rows label="Corrections">
                {all.map((one) => (
                  <CorrectionRow key={one.id} one={one} />
                ))}
              </Rows>
            </Sheet>
          )
        }
      </Loaded>
      <Loaded query={erasures} shape={<Shape rows={2} />}>
        {(all) =>
          all.length > 0 && (
            <Sheet title="Erasures">
              <Rows label="Erasures">
                {all.map((one) => (
                  <ErasureRow key={one.id} one={one} />
                ))}
              </Rows>
            </Sheet>
          )
        }
      </Loaded>
    </Page>
  )
}

function CorrectionRow({ one }: { one: Correction }) {
  return (
    <>
      <Row
        icon="page"
        title={one.wrong}
        status={one.decision ? <Tag>{one.decision}</Tag> : <Tag tone="attention">open</Tag>}
        term={one.entry}
        detail={one.reason ?? (one.proposed && `Should say: ${one.proposed}`)}
        when={moment(one.decidedAt ?? one.requestedAt)}
      />
      {!one.decision && <Decide id={one.id} />}
    </>
  )
}

function Decide({ id }: { id: string }) {
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const decide = useMutation({
    mutationFn: (decision: Decision) => decideCorrection(id, { decision, reason: reason.trim() }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: correctionsQuery.queryKey }),
  })
  return (
    <li className={classes.inside}>
      <TextInput
        label="Why (the person reads it)"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={decide.isError && 'It could not be written down. Try again.'}
      />
      <div className={classes.pair}>
        <Button variant="default" disabled={!reason.trim()} loading={decide.isPending} onClick={() => decide.mutate('accepted')}>
          Accept
        </Button>
        <Button variant="subtle" disabled={!reason.trim()} loading={decide.isPending} onClick={() => decide.mutate('declined')}>
          Decline
        </Button>
      </div>
    </li>
  )
}

const states: Record<string, string> = {
  waiting: 'Waiting',
  running: 'Under way',
  done: 'Done',
  cancelled: 'Called off',
}

function ErasureRow({ one }: { one: Erasure }) {
  const asked = one.requestedAs === 'self' ? 'by the person themselves' : `by ${one.requestedAs === 'parent' ? 'a parent' : `an ${one.requestedAs}`}`
  return (
    <Row
      icon="bin"
      title={states[one.state] ?? one.state}
      detail={one.certificate ? `Asked for ${asked}; certificate ${one.certificate.digest.slice(0, 16)}` : `Asked for ${asked}`}
      when={moment(one.requestedAt)}
    />
  )
}
