import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons'
import classes from './Row.module.css'

export interface RowProps {
  icon?: IconName
  title: ReactNode
  /** The medical term, small, where it differs from the plain words. */
  term?: string | null
  detail?: ReactNode
  value?: ReactNode
  when?: string
  status?: ReactNode
  /** The row's one action, usually its source. */
  action?: ReactNode
}

/** A list row: what · key value · when · where from · one action. */
export function Row({ icon, title, term, detail, value, when, status, action }: RowProps) {
  return (
    <li className={classes.row}>
      {icon && (
        <span className={classes.icon}>
          <Icon name={icon} />
        </span>
      )}
      <div className={classes.what}>
        <p className={classes.title}>
          {title} {status}
        </p>
        {term && term !== title && <p className={classes.term}>{term}</p>}
        {detail && <p className={classes.detail}>{detail}</p>}
      </div>
      {(value || when) && (
        <div className={`${classes.meta} numbers`}>
          {value && <span className={classes.value}>{value}</span>}
          {when && <span className={classes.when}>{when}</span>}
        </div>
      )}
      {action && <div className={classes.action}>{action}</div>}
    </li>
  )
}

export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={classes.rows} aria-label={label}>
      {children}
    </ul>
  )
}

/** A quiet word in a frame: "ended", "ongoing". */
export function Tag({ tone, children }: { tone?: 'attention' | 'danger'; children: ReactNode }) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  )
}
