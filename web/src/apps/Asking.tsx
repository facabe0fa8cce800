import { useEffect, type ReactNode } from 'react'
import { Brand } from '../ui/Brand'
import classes from './Asking.module.css'

/** A screen with one question and nothing else around it: the person came here from elsewhere. */
export function Asking({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Salus`
  }, [title])
  return (
    <main className={classes.screen} id="content">
      <div className={classes.inside}>
        <Brand />
        <div className={classes.sheet}>
          <h1>{title}</h1>
          {children}
        </div>
      </div>
    </main>
  )
}
