import { Progress } from '@mantine/core'
import type { Rotation } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Row, Tag } from '../ui/Row'
import classes from './Keys.module.css'
import { isUnderWay } from './queries'

/** One rotation: what of, how far, and what came of it. */
export function RotationRow({ one }: { one: Rotation }) {
  const title = one.of === 'master' ? 'Master key' : 'Key of one person'
  return (
    <Row
      icon={one.state === 'failed' ? 'warning' : one.state === 'done' ? 'tick' : 'clock'}
      title={title}
      term={one.person}
      status={<State one={one} />}
      detail={one.message}
      value={isUnderWay(one) && <HowFar one={one} />}
      when={one.endedAt ? moment(one.endedAt) : undefined}
    />
  )
}

function State({ one }: { one: Rotation }) {
  if (one.state === 'failed') return <Tag tone="danger">failed</Tag>
  if (one.state === 'done') return <Tag>done</Tag>
  // A message of what waits is why the last try failed.
  return one.state === 'queued' && one.message ? <Tag tone="attention">waits for its next try</Tag> : null
}

function HowFar({ one }: { one: Rotation }) {
  if (one.total === 0) return one.state === 'queued' ? 'Queued' : 'Begun'
  const words = `${one.done} of ${one.total}`
  return (
    <span className={classes.progress}>
      <Progress value={(100 * one.done) / one.total} aria-label="How far it is" />
      {words}
    </span>
  )
}
