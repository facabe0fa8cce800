import { Button } from '@mantine/core'
import type { AddedClient as Added } from '../api/salus.schemas'
import { line } from '../apps/words'
import form from '../ui/Form.module.css'
import { ShownOnce } from '../ui/ShownOnce'
import classes from './Administration.module.css'

/** What the makers of a client just registered need to know. */
export function AddedClient({ client, onClose }: { client: Added; onClose: () => void }) {
  return (
    <div className={form.form}>
      <dl className={classes.facts}>
        <div className={classes.fact}>
          <dt>Client id</dt>
          <dd>
            <code>{client.id}</code>
          </dd>
        </div>
        <div className={classes.fact}>
          <dt>{client.actsFor ? 'May' : 'May ask for'}</dt>
          <dd>
            <ul>
              {client.permissions.map((one) => (
                <li key={one.scope}>{line(one)}</li>
              ))}
            </ul>
          </dd>
        </div>
      </dl>
      {client.secret ? <ShownOnce what="secret" secret={client.secret} /> : <p className="muted">It has no secret. Its id stands in the list, too.</p>}
      <div className={form.actions}>
        <Button variant="default" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}
