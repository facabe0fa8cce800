import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { KindItem, ReachItem, Sharing as SharingAnswer } from '../api/salus.schemas'
import { usePersonId } from '../people/usePersonId'
import { Icon, type IconName } from '../ui/icons'
import { Page } from '../ui/Page'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import { sharingQuery } from './queries'
import { ShareDialog } from './ShareDialog'
import { ShareRow } from './ShareRow'

/** Who reaches the record, and whom it was opened to. */
export default function Sharing() {
  const personId = usePersonId()
  const sharing = useQuery(sharingQuery(personId))
  const [kinds, setKinds] = useState<KindItem[]>()
  return (
    <Page
      title="Sharing"
      lead="Who can look at this record. You can open it to somebody, and close it again at any time."
      action={
        sharing.data && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setKinds(sharing.data.kinds)}>
            Share
          </Button>
        )
      }
    >
      <Loaded query={sharing} shape={<Shape rows={4} />}>
        {(answer) => <Lists answer={answer} personId={personId} />}
      </Loaded>
      {kinds && <ShareDialog personId={personId} kinds={kinds} onClose={() => setKinds(undefined)} />}
    </Page>
  )
}

function Lists({ answer, personId }: { answer: SharingAnswer; personId: string }) {
  return (
    <>
      {answer.shares.length === 0 ? (
        <Empty icon="people" title="Not shared with anybody">
          Share it with a relative, a practitioner or a clinic: all of it, or only your medicines, for instance, and for
          as long as you like.
        </Empty>
      ) : (
        <Sheet title="You share it with">
          <Rows label="You share it with">
            {answer.shares.map((share) => (
              <ShareRow key={share.id} share={share} kinds={answer.kinds} personId={personId} />
            ))}
          </Rows>
        </Sheet>
      )}
      {answer.otherConsents > 0 && (
        <p className="muted">
          {answer.otherConsents === 1 ? 'One more consent' : `${answer.otherConsents} more consents`} in the record say something
          else than a plain share. They are obeyed too.
        </p>
      )}
      <Sheet title="Who can look anyway">
        <Rows label="Who can look anyway">
          {answer.reachedBy.map((reach) => (
            <ReachRow key={`${reach.name} ${reach.way}`} reach={reach} />
          ))}
          <Row icon="key" title="Whoever runs this Salus" detail="Can open every record; each look is on file and you see it" />
        </Rows>
      </Sheet>
    </>
  )
}

const ways: Record<string, { icon: IconName; words: string }> = {
  self: { icon: 'me', words: 'The person whose record this is' },
  family: { icon: 'people', words: 'Family' },
  entrusted: { icon: 'people', words: 'The record was entrusted to them' },
  clinic: { icon: 'visit', words: 'Works for the clinic that looks after you' },
  practice: { icon: 'visit', words: 'Your own practitioner' },
  careTeam: { icon: 'visit', words: 'Member of your care team' },
  named: { icon: 'visit', words: 'Has you in their care' },
}

function ReachRow({ reach }: { reach: ReachItem }) {
  const way = ways[reach.way]
  return <Row icon={way?.icon ?? 'people'} title={reach.name} detail={way?.words ?? reach.way} />
}
