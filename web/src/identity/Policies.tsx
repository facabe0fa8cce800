import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PolicyItem } from '../api/salus.schemas'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import classes from './Administration.module.css'
import { DeletePolicy } from './DeletePolicy'
import { PolicyDialog } from './PolicyDialog'
import { listed, ruleWords } from './policyWords'
import { policiesQuery } from './queries'

/** What accounts may do on top of what their parts give, and what they may not. */
export default function Policies() {
  const policies = useQuery(policiesQuery)
  const [editing, setEditing] = useState<PolicyItem | 'new'>()
  const [deleting, setDeleting] = useState<PolicyItem>()
  const add = (
    <Button leftSection={<Icon name="plus" />} onClick={() => setEditing('new')}>
      New policy
    </Button>
  )
  return (
    <Page
      title="Access policies"
      lead="What single accounts may do on top of their parts, and what they may never do. What is forbidden wins. Every change counts from the next request on."
      action={add}
    >
      <Loaded query={policies} shape={<Shape rows={2} height={160} />}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="shield" title="No policies yet">
              Most accounts need none: their parts say what they may do. A policy gives somebody more, or less, than that.
            </Empty>
          ) : (
            all.map((policy) => <PolicySheet key={policy.id} policy={policy} onEdit={() => setEditing(policy)} onDelete={() => setDeleting(policy)} />)
          )
        }
      </Loaded>
      {editing && <PolicyDialog policy={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
      {deleting && <DeletePolicy policy={deleting} onClose={() => setDeleting(undefined)} />}
    </Page>
  )
}

function PolicySheet({ policy, onEdit, onDelete }: { policy: PolicyItem; onEdit: () => void; onDelete: () => void }) {
  return (
    <Sheet
      title={policy.name}
      more={
        <div className={classes.buttons}>
          <Button variant="subtle" onClick={onEdit} aria-label={`Change ${policy.name}`}>
            Change
          </Button>
          <Button variant="subtle" onClick={onDelete} aria-label={`Delete ${policy.name}`}>
            Delete
          </Button>
        </div>
      }
    >
      <div className={classes.inside}>
        {policy.description && <p className="muted">{policy.description}</p>}
        <ul className={classes.rules} aria-label={`Rules of ${policy.name}`}>
          {policy.entry.map((entry, at) => (
            <li key={at} data-denies={entry.effect === 'deny' || undefined}>
              <Icon name={entry.effect === 'deny' ? 'close' : 'tick'} />
              <span>{ruleWords(entry)}</span>
            </li>
          ))}
        </ul>
        <p className="muted small">{holderWords(policy)}</p>
      </div>
    </Sheet>
  )
}

function holderWords({ holders }: PolicyItem): string {
  if (holders.length === 0) return 'No account has it. Give it under Accounts.'
  const names = holders.slice(0, 5).map((holder) => holder.name)
  const more = holders.length - names.length
  return `Given to ${listed(more > 0 ? [...names, `${more} more`] : names)}.`
}
