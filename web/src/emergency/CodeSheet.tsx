import { Button, CopyButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import type { LinkCode } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Sheet } from '../ui/Sheet'
import classes from './Emergency.module.css'
import { EmergencyView } from './EmergencyView'
import { cardQuery } from './queries'

/** One code: to be scanned from the screen, or printed as a card for the wallet. */
export function CodeSheet({ personId, code, onClose }: { personId: string; code: LinkCode; onClose: () => void }) {
  const sheet = useRef<HTMLDivElement>(null)
  useEffect(() => sheet.current?.focus(), [code.url])
  const picture = `data:image/svg+xml,${encodeURIComponent(code.svg)}`
  return (
    <div ref={sheet} tabIndex={-1}>
      <Sheet title={code.link.label}>
        <div className={classes.code}>
          <img className={classes.picture} src={picture} alt={`The code ${code.link.label}, to be scanned with a phone`} />
          <p>
            Scan it with a phone. {code.link.hasPasscode ? 'It asks for the passcode. ' : 'It asks for no passcode. '}
            It works until {moment(code.link.expiresAt)}.
          </p>
          <div className={classes.actions}>
            <Button leftSection={<Icon name="page" />} onClick={() => window.print()}>
              Print a wallet card
            </Button>
            <CopyButton value={code.url}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy the link'}
                </Button>
              )}
            </CopyButton>
            <Button variant="subtle" component="a" href={code.url} target="_blank" rel="noreferrer">
              Open it
            </Button>
            <Button variant="subtle" onClick={onClose}>
              Close
            </Button>
          </div>
        </div>
      </Sheet>
      <WalletCard personId={personId} picture={picture} label={code.link.label} hasPasscode={code.link.hasPasscode} />
    </div>
  )
}

/** An A6 card: only on paper, where everything else of the page is left out. */
function WalletCard({ personId, picture, label, hasPasscode }: { personId: string; picture: string; label: string; hasPasscode: boolean }) {
  const card = useQuery(cardQuery(personId))
  if (!card.data) return null
  return createPortal(
    <div className={classes.wallet} data-wallet="">
      <EmergencyView card={card.data} />
      <p className={classes.walletFoot}>
        <img className={classes.walletCode} src={picture} alt="" />
        <span>
          {label}: scan it for the latest.
          <br />
          {hasPasscode && 'Passcode: ____________________'}
        </span>
      </p>
    </div>,
    document.body,
  )
}
