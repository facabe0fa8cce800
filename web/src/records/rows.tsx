import type { AllergyItem, ConditionItem, EncounterItem, ImmunizationItem, MedicineItem } from '../api/salus.schemas'
import { day, span } from '../ui/dates'
import { Row, Tag } from '../ui/Row'
import { SourceLink } from './SourceLink'

export function ConditionRow({ item }: { item: ConditionItem }) {
  return (
    <Row
      title={item.title}
      term={item.term}
      detail={item.detail}
      when={item.active ? since(item.date) : span(item.date, item.endDate)}
      status={!item.active && <Tag>{words(item.status) ?? 'over'}</Tag>}
      action={<SourceLink source={item.source} about={item.title} />}
    />
  )
}

export function MedicineRow({ item }: { item: MedicineItem }) {
  return (
    <Row
      title={item.title}
      term={item.term}
      detail={item.dosage ?? item.detail}
      when={item.active ? since(item.date) : span(item.date, item.endDate)}
      status={!item.active && <Tag>{words(item.status) ?? 'stopped'}</Tag>}
      action={<SourceLink source={item.source} about={item.title} />}
    />
  )
}

export function AllergyRow({ item }: { item: AllergyItem }) {
  const grave = item.criticality === 'high' || item.severity === 'severe'
  return (
    <Row
      title={item.title}
      term={item.term}
      detail={[item.reaction, item.detail].filter(Boolean).join(' · ') || undefined}
      when={item.date ? since(item.date) : undefined}
      status={grave ? <Tag tone="danger">can be severe</Tag> : item.severity && <Tag>{words(item.severity)}</Tag>}
      action={<SourceLink source={item.source} about={item.title} />}
    />
  )
}

export function ImmunizationRow({ item }: { item: ImmunizationItem }) {
  return (
    <Row
      title={item.title}
      term={item.term}
      detail={item.dose ?? item.detail}
      when={day(item.date)}
      status={item.status && item.status !== 'completed' && <Tag tone="attention">{words(item.status)}</Tag>}
      action={<SourceLink source={item.source} about={item.title} />}
    />
  )
}

export function EncounterRow({ item }: { item: EncounterItem }) {
  return (
    <Row
      title={item.title}
      term={item.term}
      detail={[item.reason, item.who, item.place].filter(Boolean).join(' · ') || item.detail}
      when={span(item.date, item.endDate === item.date?.slice(0, 10) ? undefined : item.endDate)}
      action={<SourceLink source={item.source} about={`${item.title}, ${day(item.date)}`} />}
    />
  )
}

function since(date?: string | null): string {
  return date ? `since ${day(date)}` : 'Date not known'
}

/** A code of the record as words: `entered-in-error` reads "entered in error". */
function words(code?: string | null): string | undefined {
  return code?.replace(/[-_]/g, ' ')
}
