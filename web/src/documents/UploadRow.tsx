import { ActionIcon, Button, Progress } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Icon } from '../ui/icons'
import { Row } from '../ui/Row'
import { hasEnded, jobQuery } from './queries'
import type { Upload } from './uploads'
import classes from './Documents.module.css'

export function UploadRow({ upload, personId }: { upload: Upload; personId: string }) {
  if (upload.state === 'importing' && upload.jobId) {
    return <ImportRow name={upload.name} jobId={upload.jobId} personId={personId} dismiss={upload.stop} />
  }
  if (upload.state === 'failed') {
    return (
      <Row
        icon="warning"
        title={upload.name}
        detail={
          <span className={classes.state} data-tone="danger" role="alert">
            Not added: {upload.reason}
          </span>
        }
        action={
          <span className={classes.actions}>
            <Button variant="subtle" onClick={upload.again}>
              Try again
            </Button>
            <Dismiss name={upload.name} onClick={upload.stop} />
          </span>
        }
      />
    )
  }
  const percent = Math.round(upload.sent * 100)
  return (
    <Row
      icon="upload"
      title={upload.name}
      detail={upload.sent < 1 ? `Sending, ${percent} %` : 'Sent, being checked'}
      value={<Progress className={classes.progress} value={percent} aria-label={`Sending ${upload.name}`} />}
      action={<Dismiss name={upload.name} onClick={upload.stop} stop />}
    />
  )
}

/** FHIR files turn into entries of the record in the background. */
function ImportRow({ name, jobId, personId, dismiss }: { name: string; jobId: string; personId: string; dismiss: () => void }) {
  const queryClient = useQueryClient()
  const { data: job } = useQuery(jobQuery(jobId, personId, queryClient))
  const ended = job !== undefined && hasEnded(job.state)
  const failed = job !== undefined && job.state === 'failed'
  const done = job?.done ?? 0
  const total = job?.total ?? 0
  const counted = total > 0 ? `${done} of ${total} entries` : done > 0 ? `${done} entries` : undefined
  const words = failed ? 'Not all could be added' : ended ? 'Added to the record' : 'Adding to the record'
  return (
    <Row
      icon={failed ? 'warning' : ended ? 'tick' : 'clock'}
      title={name}
      detail={
        <span className={classes.state} data-tone={failed ? 'danger' : undefined} role="status">
          {[words, ended && job?.message ? job.message : counted].filter(Boolean).join(' · ')}
        </span>
      }
      value={
        !ended && total > 0 && (
          <Progress className={classes.progress} value={(done / total) * 100} aria-label={`Adding ${name}`} />
        )
      }
      action={ended && <Dismiss name={name} onClick={dismiss} />}
    />
  )
}

function Dismiss({ name, onClick, stop }: { name: string; onClick: () => void; stop?: boolean }) {
  return (
    <ActionIcon onClick={onClick} aria-label={stop ? `Stop sending ${name}` : `Take ${name} off this list`}>
      <Icon name="close" />
    </ActionIcon>
  )
}
