import { Button, CopyButton } from '@mantine/core'
import classes from './ShownOnce.module.css'

/** A secret at the one moment at which it can be seen. */
export function ShownOnce({ what, secret }: { what: string; secret: string }) {
  return (
    <div className={classes.issued} role="status">
      <p>
        <strong>Copy this {what} now.</strong> It is shown only once, and Salus keeps no readable copy.
      </p>
      <code className={classes.secret}>{secret}</code>
      <CopyButton value={secret}>{({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : `Copy the ${what}`}</Button>}</CopyButton>
    </div>
  )
}
