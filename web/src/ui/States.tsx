import { Button, Skeleton } from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failure } from '../app/transport'
import { moment } from './dates'
import { Icon, type IconName } from './icons'
import classes from './States.module.css'

/** What is needed of a query, plain or page by page, to show it. */
type Question<T> = Pick<UseQueryResult<T>, 'data' | 'dataUpdatedAt' | 'isError' | 'error'> & { refetch: () => unknown }

/** What a query has to show: its answer, the shape of it while loading, or what went wrong and what to do. */
export function Loaded<T>({
  query,
  shape,
  children,
}: {
  query: Question<T>
  shape: ReactNode
  children: (data: T) => ReactNode
}) {
  const { online } = useNetwork()
  if (query.data !== undefined) {
    return (
      <>
        {!online && <FromWhen at={query.dataUpdatedAt} />}
        {children(query.data)}
      </>
    )
  }
  if (query.isError) return <Wrong error={query.error} again={() => void query.refetch()} />
  if (!online) return <Offline />
  return (
    <div role="status">
      <span className="unseen">Loading</span>
      {shape}
    </div>
  )
}

/** Nothing here yet: what belongs here, and the one action that fills it. */
export function Empty({ icon, title, children, action }: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Notice icon={icon} title={title} action={action}>
      {children}
    </Notice>
  )
}

/** What happened, what is safe, what to do. */
export function Wrong({ error, again }: { error: unknown; again?: () => void }) {
  const status = error instanceof Failure ? error.status : undefined
  if (status === 403 || status === 404) return <Forbidden />
  if (status === 0) {
    return (
      <Notice
        icon="offline"
        title="Salus does not answer"
        tone="attention"
        action={again && <Button onClick={again}>Try again</Button>}
      >
        You may be offline, or the server may be off. Your record is safe where it is kept.
      </Notice>
    )
  }
  return (
    <Notice
      icon="warning"
      title="This could not be shown"
      tone="attention"
      action={again && <Button onClick={again}>Try again</Button>}
    >
      {error instanceof Failure && error.status < 500 && error.detail ? `${error.detail} ` : ''}
      Nothing in the record has changed. Try again; if it stays like this, tell the person who runs this Salus.
    </Notice>
  )
}

/** Not there and not allowed look the same from outside. */
export function Forbidden() {
  return (
    <Notice icon="lock" title="This is not open to you" tone="attention">
      It does not exist, or you have not been given access. The person it belongs to, or the person who runs this
      Salus, can give you access.
    </Notice>
  )
}

export function Offline() {
  return (
    <Notice icon="offline" title="You are offline" tone="attention">
      This page has not been opened before on this device, so there is nothing to show yet. It will load when you are
      connected again.
    </Notice>
  )
}

/** Rows, cards or lines in the true shape of what is coming. */
export function Shape({ rows = 4, height = 64 }: { rows?: number; height?: number }) {
  return (
    <div className={classes.shape}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} radius="md" />
      ))}
    </div>
  )
}

function FromWhen({ at }: { at: number }) {
  return (
    <p className={classes.fromWhen} role="status">
      <Icon name="offline" size={18} />
      You are offline. What you see is from {moment(new Date(at).toISOString())}.
    </p>
  )
}

function Notice({
  icon,
  title,
  tone,
  children,
  action,
}: {
  icon: IconName
  title: string
  tone?: 'attention'
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className={classes.notice} data-tone={tone} role={tone ? 'alert' : undefined}>
      <span className={classes.mark}>
        <Icon name={icon} size={26} />
      </span>
      <h2>{title}</h2>
      {children && <p className={classes.words}>{children}</p>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  )
}
