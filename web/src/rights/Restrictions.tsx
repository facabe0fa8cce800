import { Button, Checkbox, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { liftRestriction, restrict } from '../api/salus'
import type { DataClass, Restriction } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { consentsQuery, restrictionsQuery } from './queries'
import classes from './Rights.module.css'

/** What is kept and shown to nobody else. */
export function Restrictions({ personId }: { personId: string }) {
  const queryClient = useQueryClient()
  const restrictions = useQuery(restrictionsQuery(personId))
  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: restrictionsQuery(personId).queryKey })
    void queryClient.invalidateQueries({ queryKey: consentsQuery(personId).queryKey })
  }
  return (
    <Sheet title="Keep it to yourself">
      <Loaded query={restrictions} shape={<Shape rows={2} />}>
        {({ active, classes: all }) => (
          <>
            {active.length > 0 && (
              <Rows label="What is kept to yourself">
                {active.map((one) => (
                  <RestrictionRow key={one.id} personId={personId} one={one} all={all} onLifted={refresh} />
                ))}
              </Rows>
            )}
            <Restrict personId={personId} all={all} onDone={refresh} />
          </>
        )}
      </Loaded>
    </Sheet>
  )
}

function Restrict({ personId, all, onDone }: { personId: string; all: DataClass[]; onDone: () => void }) {
  const [chosen, setChosen] = useState<string[]>([])
  const [reason, setReason] = useState('')
  const hold = useMutation({
    mutationFn: (dataClasses: string[]) => restrict(personId, { dataClasses, reason: reason.trim() }),
    onSuccess: () => {
      setChosen([])
      setReason('')
      onDone()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    hold.mutate(chosen)
  }
  return (
    <form className={classes.inside} onSubmit={submit}>
      <p className="muted">
        What you keep to yourself stays in the record, and nobody but you is shown it until you lift that. People who treat
        you will not see it either.
      </p>
      <Checkbox.Group label="Only these" value={chosen} onChange={setChosen}>
        <div className={classes.kinds}>
          {all.map((one) => (
            <Checkbox key={one.code} value={one.code} label={one.title} />
          ))}
        </div>
      </Checkbox.Group>
      <TextInput label="Why, if you like to say" value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {hold.isError && <p role="alert">It could not be written down. Nothing has changed; try again.</p>}
      <div className={classes.pair}>
        <Button type="submit" variant="default" disabled={chosen.length === 0} loading={hold.isPending}>
          Keep these to myself
        </Button>
        <Button variant="default" loading={hold.isPending} onClick={() => hold.mutate([])}>
          Keep everything to myself
        </Button>
      </div>
    </form>
  )
}

interface RestrictionRowProps {
  personId: string
  one: Restriction
  all: DataClass[]
  onLifted: () => void
}

function RestrictionRow({ personId, one, all, onLifted }: RestrictionRowProps) {
  const lift = useMutation({ mutationFn: () => liftRestriction(personId, one.id), onSuccess: onLifted })
  const named = all.filter((known) => one.dataClasses.includes(known.code)).map((known) => known.title)
  const what = named.length > 0 ? named.join(', ') : 'Everything'
  return (
    <Row
      icon="lock"
      title={what}
      detail={lift.isError ? 'It could not be lifted. Try again.' : one.reason}
      when={`since ${moment(one.since)}`}
      action={
        <Button variant="subtle" loading={lift.isPending} onClick={() => lift.mutate()} aria-label={`Lift: ${what}`}>
          Lift
        </Button>
      }
    />
  )
}
