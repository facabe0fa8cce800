import { useEffect, type ReactNode } from 'react'
import classes from './Page.module.css'

/** A screen's head: what it answers, and at most one action. Sets the document's title too. */
export function Page({
  title,
  unseenTitle,
  lead,
  action,
  wide,
  children,
}: {
  title: string
  /** The heading is for screen readers only, where the screen shows it in another way. */
  unseenTitle?: boolean
  lead?: ReactNode
  action?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Salus`
  }, [title])
  return (
    <div className={classes.page} data-wide={wide || undefined}>
      {unseenTitle ? (
        <h1 className="unseen">{title}</h1>
      ) : (
        <header className={classes.head}>
          <div>
            <h1>{title}</h1>
            {lead && <p className={classes.lead}>{lead}</p>}
          </div>
          {action}
        </header>
      )}
      {children}
    </div>
  )
}
