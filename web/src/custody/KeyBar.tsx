import type { MasterKey } from '../api/salus.schemas'
import { Row, Rows, Tag } from '../ui/Row'
import classes from './Keys.module.css'

const holders: Record<string, string> = { file: 'a file on this machine', vault: 'Vault', aws: 'AWS KMS' }

/** All data keys as one bar, a stretch for each master key that wraps some; the list under it says the same in words. */
export function KeyBar({ keys, current }: { keys: MasterKey[]; current?: string | null }) {
  const all = keys.reduce((sum, key) => sum + key.keys, 0)
  return (
    <>
      <div className={classes.bar} aria-hidden="true">
        {keys.map((key) => (
          <span key={key.id} className={classes.stretch} data-current={key.id === current || undefined} style={{ flexGrow: key.keys }} />
        ))}
      </div>
      <Rows label="Master keys">
        {keys.map((key) => (
          <Row
            key={key.id}
            icon="key"
            title={key.id}
            status={<Standing isCurrent={key.id === current} isKnown={Boolean(current)} />}
            detail={`Held by ${holders[key.holder] ?? key.holder}`}
            value={`${key.keys} of ${all} keys`}
            when={key.beingReplaced > 0 ? `${key.beingReplaced} being replaced` : undefined}
          />
        ))}
      </Rows>
    </>
  )
}

function Standing({ isCurrent, isKnown }: { isCurrent: boolean; isKnown: boolean }) {
  if (isCurrent) return <Tag>in use</Tag>
  return isKnown ? <Tag tone="attention">on its way out</Tag> : null
}
