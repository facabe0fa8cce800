import type { AllergyItem, ConditionItem, EncounterItem, ImmunizationItem, MedicineItem } from '../api/salus.schemas'
import { day, span } from '../ui/dates'
import { Row, Tag } from '../ui/Row'
import { SourceLink } from './SourceLink'
import { asTitle } from './words'

export function ConditionRow({ item }: { item: ConditionItem }) {
  return (
    <Row
      title={asTitle(item.title)}
      term={item.term}
      detail={item.detail}
      when={item.active ? since(item.date) : span(item.date, item.endDate)}
      status={!item.active && <Tag>{words[item.status] ?? item.status}</Tag>}
      action={<SourceLink source={item.source} about={item.title} />}
    />
  )
}

export function MedicineRow({ item }: { item: MedicineItem }) {
  return (
    <Row
      title={asTitle(item.title)}
      term={item.term}
      detail={item.dosage ?? item.detail}
      when={item.active ? since(item.date) : span(item.date, item.endDate)}
      status={!item.active && <Tag>{words[item.status] ?? item.status}</Tag>}
      action={<SourceLink source={item.source} about={item.title} />}
    />
  )
}

export function AllergyRow({ item }: { item: AllergyItem }) {
  return (
    <Row
      title={asTitle(item.title)}
      term={item.term}
      detail={[item.reaction, item.detail].filter(Boolean).join(' · ') || undefined}
      when={item.date ? since(item.date) : undefined}
      status={
        <>
          {item.criticality && (
            <Tag tone={/danger/.test(item.criticality) ? 'danger' : undefined}>{item.criticality}</Tag>
          )}
          {item.status !== 'active' && <Tag>{words[item.status] ?? item.status}</Tag>}
        </>
      }
      action={<SourceLink source={item.source} about={item.title} />}
    />
  )
}

export function ImmunizationRow({ item }: { item: ImmunizationItem }) {
  return (
    <Row
      title={asTitle(item.title)}
      term={item.term}
      detail={item.detail}
      when={day(item.date)}
      status={item.status === 'refuted' && <Tag tone="attention">not given</Tag>}
      action={<SourceLink source={item.source} about={item.title} />}
    />
  )
}

export function EncounterRow({ item }: { item: EncounterItem }) {
  return (
    <Row
      title={asTitle(item.title)}
      term={item.term}
      detail={[item.reason, item.who, item.place].filter(Boolean).join(' · ') || item.detail}
      when={span(item.date, sameDay(item.date, item.endDate) ? undefined : item.endDate)}
      status={item.status === 'planned' && <Tag>planned</Tag>}
      action={<SourceLink source={item.source} about={`${item.title}, ${day(item.date)}`} />}
    />
  )
}

function sameDay(a?: string | null, b?: string | null): boolean {
  return a?.slice(0, 10) === b?.slice(0, 10)
}

function since(date?: string | null): string {
  return date ? `since ${day(date)}` : 'Date not known'
}

/** How an entry stands, in words. */
const words: Record<string, string> = {
  past: 'over',
  planned: 'planned',
  unconfirmed: 'not confirmed',
  refuted: 'found not to be so',
}
