import { Button, Checkbox, Progress } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { deleteExport, getDownloadExportUrl, requestExport } from '../api/salus'
import type { RecordExport } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { day, moment } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { exportsQuery, isUnderWay, jobQuery } from './queries'
import { size } from './size'
import classes from './Rights.module.css'

/** Everything in one file, to keep or to take elsewhere. */
export function Exports({ personId }: { personId: string }) {
  const queryClient = useQueryClient()
  const exports = useQuery(exportsQuery(personId))
  const refresh = () => queryClient.invalidateQueries({ queryKey: exportsQuery(personId).queryKey })
  const [withHistory, setWithHistory] = useState(false)
  const make = useMutation({ mutationFn: () => requestExport(personId, { withHistory }), onSuccess: refresh })
  return (
    <Sheet title="Take it with you">
      <div className={classes.inside}>
        <p className="muted">
          One file with every entry, every document and the list of who looked. It opens on any computer, without Salus.
        </p>
        <Checkbox
          label="Also earlier versions of each entry"
          checked={withHistory}
          onChange={(event) => setWithHistory(event.currentTarget.checked)}
        />
        <Button leftSection={<Icon name="documents" />} loading={make.isPending} onClick={() => make.mutate()}>
          Make the file
        </Button>
        {make.isError && <p role="alert">{why(make.error)}</p>}
      </div>
      <Loaded query={exports} shape={<Shape rows={1} />}>
        {(all) =>
          all.length > 0 && (
            <Rows label="Files of this record">
              {all.map((one) => (
                <ExportRow key={one.id} personId={personId} one={one} onGone={refresh} />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Sheet>
  )
}

function ExportRow({ personId, one, onGone }: { personId: string; one: RecordExport; onGone: () => void }) {
  const remove = useMutation({ mutationFn: () => deleteExport(personId, one.id), onSuccess: onGone })
  if (isUnderWay(one.state)) return <Row icon="clock" title="Being made" value={<HowFar jobId={one.jobId} />} />
  const asked = `asked for ${moment(one.requestedAt)}`
  if (one.state === 'failed') {
    return <Row icon="warning" title="It could not be made" detail="Your record is safe. Ask for the file again." when={asked} />
  }
  return (
    <Row
      icon="documents"
      title={one.fileName}
      detail={`${size(one.size ?? 0)} · here until ${day(one.expiresAt)}`}
      when={asked}
      action={
        <div className={classes.actions}>
          <Button component="a" variant="default" href={getDownloadExportUrl(personId, one.id)} download={one.fileName} leftSection={<Icon name="download" />}>
            Download
          </Button>
          <Button variant="subtle" loading={remove.isPending} onClick={() => remove.mutate()} aria-label={`Delete ${one.fileName}`}>
            Delete
          </Button>
        </div>
      }
    />
  )
}

function why(error: unknown): string {
  const detail = error instanceof Failure ? error.detail : undefined
  return detail ?? 'The file could not be asked for. Nothing has changed; try again.'
}

function HowFar({ jobId }: { jobId: string }) {
  const job = useQuery(jobQuery(jobId))
  const share = job.data && job.data.total > 0 ? Math.round((100 * job.data.done) / job.data.total) : 0
  const words = job.data?.message ?? 'Waiting for its turn'
  return (
    <div className={classes.progress}>
      <Progress value={share} aria-label="How far the file is" />
      <span className="small muted" role="status">
        {words}
        {share > 0 && `, ${share} %`}
      </span>
    </div>
  )
}
