import { useEffect, useMemo, useRef, useState, type FormEvent } from 'react'
import type { EmergencyCard } from '../../api/salus.schemas'
import { moment } from '../../ui/dates'
import { EmergencyView } from '../EmergencyView'
import { cardOf } from './bundle'
import { offlinePage } from './offline'
import { LinkFault, openLink, payloadOf, type Payload } from './shlink'
import classes from './Viewer.module.css'

/** What a stranger with a code sees: who they are, the passcode, then the emergency view. Works without signing in. */
export function Viewer() {
  const payload = useMemo(readPayload, [])
  const [card, setCard] = useState<EmergencyCard>()
  const [passcode, setPasscode] = useState('')
  useEffect(() => {
    document.title = `${card ? `Emergency view of ${card.who.name}` : 'Emergency card'} · Salus`
  }, [card])
  return (
    <main className={classes.page}>
      {card && payload ? (
        <Shown card={card} payload={payload} passcode={passcode} />
      ) : (
        <>
          <h1>Emergency card</h1>
          {payload ? <Ask payload={payload} passcode={passcode} onPasscode={setPasscode} onOpen={setCard} /> : <Problem fault={new LinkFault('broken')} />}
        </>
      )}
    </main>
  )
}

function readPayload(): Payload | undefined {
  try {
    return payloadOf(location.hash)
  } catch {
    return undefined
  }
}

function Ask(props: { payload: Payload; passcode: string; onPasscode: (code: string) => void; onOpen: (card: EmergencyCard) => void }) {
  const { payload, passcode } = props
  const [recipient, setRecipient] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<LinkFault>()
  const needsCode = payload.flag?.includes('P')
  async function open(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      const card = cardOf(await openLink(payload, recipient.trim(), passcode))
      if (!card) throw new LinkFault('altered')
      props.onOpen(card)
    } catch (cause) {
      setFault(cause instanceof LinkFault ? cause : new LinkFault('unreachable'))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className={classes.form} onSubmit={(event) => void open(event)}>
      <p>
        Somebody shared what helpers must know{payload.label ? `: “${payload.label}”` : ''}. They will see that you opened it
        {payload.exp ? `. It can be opened until ${moment(new Date(payload.exp * 1000).toISOString())}` : ''}.
      </p>
      <label className={classes.field}>
        Who are you?
        <span className={classes.hint}>Your name, and the place you work for.</span>
        <input name="recipient" value={recipient} maxLength={200} required autoComplete="organization" onChange={(event) => setRecipient(event.currentTarget.value)} />
      </label>
      {needsCode && (
        <label className={classes.field}>
          Passcode
          <span className={classes.hint}>It stands beside the code, or a relative knows it.</span>
          <input name="passcode" type="password" value={passcode} required autoComplete="off" onChange={(event) => props.onPasscode(event.currentTarget.value)} />
        </label>
      )}
      {fault && <Problem fault={fault} />}
      <button type="submit" className={classes.button} disabled={busy}>
        {busy ? 'Opening …' : 'Open the emergency view'}
      </button>
    </form>
  )
}

function Problem({ fault }: { fault: LinkFault }) {
  return (
    <p role="alert" className={classes.problem}>
      {words(fault)}
    </p>
  )
}

function words({ kind, attemptsLeft }: LinkFault): string {
  switch (kind) {
    case 'passcode':
      return attemptsLeft === 0
        ? 'This passcode is wrong, and it was the fifth: the link is closed for good.'
        : `This passcode is wrong. ${attemptsLeft ?? 'A few'} wrong tries are left before the link closes for good.`
    case 'over':
      return 'This link opens nothing any more: its time is over, or it was taken back.'
    case 'altered':
      return 'What came back could not be opened: the code or the answer was altered. Trust nothing of it.'
    case 'broken':
      return 'This is no complete link. Scan the code again.'
    case 'unreachable':
      return 'The record could not be reached. Check the network, then try again.'
  }
}

function Shown({ card, payload, passcode }: { card: EmergencyCard; payload: Payload; passcode: string }) {
  const view = useRef<HTMLDivElement>(null)
  const until = payload.exp ? ` It can be opened until ${moment(new Date(payload.exp * 1000).toISOString())}.` : ''
  return (
    <>
      <h1 className="unseen">Emergency view of {card.who.name}</h1>
      <div ref={view}>
        <EmergencyView card={card} foot={`Shared by ${card.who.name}, who sees that you opened it.${until}`} />
      </div>
      <Keep card={card} first={passcode} view={() => view.current?.firstElementChild ?? undefined} />
    </>
  )
}

/** A copy that opens without a network. */
function Keep({ card, first, view }: { card: EmergencyCard; first: string; view: () => Element | undefined }) {
  const [passcode, setPasscode] = useState(first)
  const [done, setDone] = useState(false)
  async function keep(event: FormEvent) {
    event.preventDefault()
    const shown = view()
    if (!shown) return
    const address = URL.createObjectURL(await offlinePage(shown, passcode, card.who.name))
    const link = Object.assign(document.createElement('a'), { href: address, download: 'emergency-card.html' })
    link.click()
    URL.revokeObjectURL(address)
    setDone(true)
  }
  return (
    <form className={`${classes.form} no-print`} onSubmit={(event) => void keep(event)}>
      <label className={classes.field}>
        Keep a copy for where there is no network
        <span className={classes.hint}>One file, closed by this passcode. It stays as it is now.</span>
        <input name="copy" type="password" value={passcode} minLength={4} required autoComplete="off" onChange={(event) => setPasscode(event.currentTarget.value)} />
      </label>
      <button type="submit" className={classes.button}>
        {done ? 'Kept: keep it again' : 'Keep a copy'}
      </button>
    </form>
  )
}
