import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useLocation, useParams } from '@tanstack/react-router'
import type { Erasure } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { receiptQuery } from './queries'
import classes from './Rights.module.css'

/** What became of an erasure, for whoever has the receipt: with or without an account. */
export default function Erased() {
  const { erasureId } = useParams({ from: '/erasures/$erasureId' })
  const receipt = useLocation().hash
  const erasure = useQuery(receiptQuery(erasureId, receipt))
  return (
    <main id="content">
      <Page title="Erasing a record" lead="Keep the address of this page: it opens the certificate, also without an account.">
        <Loaded query={erasure} shape={<Shape rows={2} />}>
          {(answer) => <State erasure={answer} />}
        </Loaded>
      </Page>
    </main>
  )
}

function State({ erasure }: { erasure: Erasure }) {
  if (erasure.state === 'cancelled') {
    return (
      <Sheet title="Called off">
        <div className={classes.inside}>
          <p>Nothing was erased.</p>
        </div>
      </Sheet>
    )
  }
  if (!erasure.certificate || !erasure.page) {
    return (
      <Sheet title="It was asked for">
        <div className={classes.inside} role="status">
          <p>
            {erasure.state === 'running' ? 'The record is being erased.' : `It is erased after ${moment(erasure.notBefore)}.`} You may
            close this page; it goes on without it.
          </p>
        </div>
      </Sheet>
    )
  }
  const { statement } = erasure.certificate
  const page = erasure.page
  const signed = JSON.stringify(erasure.certificate, null, 2)
  return (
    <Sheet title="The record is erased">
      <div className={classes.inside} role="status">
        <p>
          Done on {moment(statement.erasedAt)}: {statement.erased.versions} versions of entries and {statement.erased.files} files are gone,
          and the key that opened them.
        </p>
        <div className={classes.pair}>
          <Button leftSection={<Icon name="download" />} onClick={() => keep(`erasure-${erasure.id}.html`, 'text/html', page)}>
            Certificate to print
          </Button>
          <Button variant="default" leftSection={<Icon name="download" />} onClick={() => keep(`erasure-${erasure.id}.json`, 'application/json', signed)}>
            Signed certificate (JSON)
          </Button>
        </div>
      </div>
    </Sheet>
  )
}

/** Hands a text over as a file. */
function keep(name: string, type: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
