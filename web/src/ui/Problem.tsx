import type { ReactNode, Ref } from 'react'
import { Icon } from './icons'
import classes from './Problem.module.css'

/** What went wrong with a form, above its fields. With a `ref` it can be given the focus, so that it is read out. */
export function Problem({ ref, children }: { ref?: Ref<HTMLParagraphElement>; children: ReactNode }) {
  return (
    <p ref={ref} tabIndex={ref ? -1 : undefined} role="alert" className={classes.problem}>
      <Icon name="warning" />
      <span>{children}</span>
    </p>
  )
}
