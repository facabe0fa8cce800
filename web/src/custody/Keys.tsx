import { useQuery } from '@tanstack/react-query'
import type { KeyOverview } from '../api/salus.schemas'
import { Page } from '../ui/Page'
import { Problem } from '../ui/Problem'
import { Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import { KeyBar } from './KeyBar'
import { isUnderWay, keysQuery } from './queries'
import { RotateMaster, RotatePerson } from './Rotate'
import { RotationRow } from './RotationRow'

/** Who wraps the keys of this Salus, and new keys in the place of old ones; for whoever runs it. */
export default function Keys() {
  const keys = useQuery(keysQuery)
  const busy = keys.data?.rotations.some((one) => one.of === 'master' && isUnderWay(one)) ?? true
  return (
    <Page
      title="Keys"
      lead="Each person's record is sealed with a key of its own; a master key wraps them all. No key is ever shown."
      action={<RotateMaster busy={busy} />}
    >
      <Loaded query={keys} shape={<Shape rows={3} />}>
        {(all) => <Overview keys={all} />}
      </Loaded>
      <RotatePerson />
    </Page>
  )
}

/** The bar of keys, and the rotations under it. */
export function Overview({ keys }: { keys: KeyOverview }) {
  return (
    <>
      {!keys.current && (
        <Problem>The key service does not answer. Records of people who were here since the start can be read; others wait for it.</Problem>
      )}
      <Sheet title="Who wraps the keys">
        <KeyBar keys={keys.masterKeys} current={keys.current} />
      </Sheet>
      {keys.rotations.length === 0 ? (
        <Empty icon="key" title="No key was changed lately">
          Change the master key once a year, and whenever somebody who could read it leaves.
        </Empty>
      ) : (
        <Sheet title="Changes of keys">
          <Rows label="Changes of keys">
            {keys.rotations.map((one) => (
              <RotationRow key={one.id} one={one} />
            ))}
          </Rows>
        </Sheet>
      )}
    </>
  )
}
