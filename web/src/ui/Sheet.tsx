import type { ReactNode } from 'react'
import classes from './Sheet.module.css'

/** A sheet of paper with a heading and, at its right, a way to see more. */
export function Sheet({ title, more, children }: { title?: string; more?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.sheet} aria-label={title}>
      {title && (
        <header className={classes.head}>
          <h2>{title}</h2>
          {more}
        </header>
      )}
      {children}
    </section>
  )
}
