import type { ReactNode } from 'react'
import type { CardContact, CardLine, EmergencyCard, Part } from '../api/salus.schemas'
import { day } from '../ui/dates'
import { Icon } from '../ui/icons'
import classes from './EmergencyView.module.css'

/** What a stranger must know to help, on one screen. `foot` says who is looking and until when. */
export function EmergencyView({ card, foot }: { card: EmergencyCard; foot?: ReactNode }) {
  const { who } = card
  const facts = [who.age === undefined || who.age === null ? undefined : `${who.age} years`, who.sex, who.languages.length > 0 && `speaks ${who.languages.join(', ')}`]
  return (
    <article className={classes.view} data-emergency-view="" aria-label={`Emergency view of ${who.name}`}>
      <p className={classes.bar}>
        <Icon name="warning" /> Emergency
      </p>
      <div className={classes.who}>
        <h2 className={classes.name}>{who.name}</h2>
        <p>
          {facts.filter(Boolean).join(' · ')}
          {who.birthDate && <span> · born {day(who.birthDate)}</span>}
        </p>
      </div>
      <Known title="Allergies" part={card.allergies} none="No known allergies" alert />
      <Known title="Medicines" part={card.medicines} none="Takes no medicines" />
      <Known title="Conditions" part={card.conditions} none="No known conditions" />
      <div className={classes.columns}>
        <Lines title="Implants and devices" lines={card.devices} empty="None recorded. There may be some." />
        <Lines title="Blood group" lines={card.bloodGroup} empty="Not recorded." />
        <Contacts contacts={card.contacts} />
        <Lines title="Wishes" lines={card.wishes} empty="None recorded." />
      </div>
      <p className={classes.foot}>
        Last change {day(card.asOf)}. {foot}
      </p>
    </article>
  )
}

function Known({ title, part, none, alert }: { title: string; part: Part; none: string; alert?: boolean }) {
  return (
    <Section title={title} alert={alert}>
      {part.known === 'listed' && <List lines={part.lines} />}
      {part.known === 'none' && <p>{none}</p>}
      {part.known === 'not-recorded' && <p className={classes.unknown}>Nothing is recorded. There may be some.</p>}
    </Section>
  )
}

function Lines({ title, lines, empty }: { title: string; lines: CardLine[]; empty: string }) {
  return <Section title={title}>{lines.length > 0 ? <List lines={lines} /> : <p className={classes.unknown}>{empty}</p>}</Section>
}

function Section({ title, alert, children }: { title: string; alert?: boolean; children: ReactNode }) {
  return (
    <section className={alert ? `${classes.part} ${classes.alert}` : classes.part} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function List({ lines }: { lines: CardLine[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li key={`${line.source.type}/${line.source.id}`} className={classes.line}>
          <span className={classes.title}>{line.title}</span>
          {line.isCritical && <span className={classes.mark}>Dangerous</span>}
          {line.marks.map((mark) => (
            <span key={mark.kind} className={classes.mark}>
              {mark.label}
            </span>
          ))}
          <span className={classes.detail}>
            {line.detail && ` ${line.detail}`}
            {line.date && (
              <>
                {' '}
                <span className={classes.when}>({day(line.date)})</span>
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Contacts({ contacts }: { contacts: CardContact[] }) {
  return (
    <Section title="Call">
      {contacts.length === 0 && <p className={classes.unknown}>Nobody is named.</p>}
      <ul>
        {contacts.map((contact) => (
          <li key={`${contact.name} ${contact.phone}`} className={classes.contact}>
            <span>
              <span className={classes.title}>{contact.name}</span>
              {contact.relationship && <span className={classes.detail}> {contact.relationship}</span>}
            </span>
            {contact.phone && (
              <a className={classes.call} href={`tel:${contact.phone.replace(/[^+\d]/g, '')}`}>
                {contact.phone}
              </a>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}
