import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { usePersonId } from '../people/usePersonId'
import type { IconName } from '../ui/icons'
import { Page } from '../ui/Page'
import { Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Empty, Loaded, Shape } from '../ui/States'
import { allergiesQuery, conditionsQuery, encountersQuery, immunizationsQuery, medicinesQuery } from './queries'
import { AllergyRow, ConditionRow, EncounterRow, ImmunizationRow, MedicineRow } from './rows'

export function Conditions() {
  return (
    <Divided
      title="Conditions"
      icon="heart"
      query={useQuery(conditionsQuery(usePersonId()))}
      now="Ongoing"
      before="Earlier"
      nothing="No conditions in the record"
      row={(item) => <ConditionRow key={item.source.id} item={item} />}
    />
  )
}

export function Medicines() {
  return (
    <Divided
      title="Medicines"
      icon="pill"
      query={useQuery(medicinesQuery(usePersonId()))}
      now="Taken now"
      before="Taken earlier"
      nothing="No medicines in the record"
      row={(item) => <MedicineRow key={item.source.id} item={item} />}
    />
  )
}

export function Allergies() {
  return (
    <Plain
      title="Allergies"
      icon="warning"
      query={useQuery(allergiesQuery(usePersonId()))}
      nothing="No allergies in the record"
      note="This does not mean that there are none. Tell your care team about any you know of."
      row={(item) => <AllergyRow key={item.source.id} item={item} />}
    />
  )
}

export function Vaccines() {
  return (
    <Plain
      title="Vaccines"
      icon="shield"
      query={useQuery(immunizationsQuery(usePersonId()))}
      nothing="No vaccines in the record"
      row={(item) => <ImmunizationRow key={item.source.id} item={item} />}
    />
  )
}

export function Visits() {
  return (
    <Plain
      title="Visits"
      icon="visit"
      query={useQuery(encountersQuery(usePersonId()))}
      nothing="No visits in the record"
      row={(item) => <EncounterRow key={item.source.id} item={item} />}
    />
  )
}

interface ListProps<T> {
  title: string
  icon: IconName
  query: UseQueryResult<T[]>
  nothing: string
  note?: string
  row: (item: T) => ReactNode
}

function Plain<T>({ title, icon, query, nothing, note, row }: ListProps<T>) {
  return (
    <Page title={title}>
      <Loaded query={query} shape={<Shape rows={6} />}>
        {(items) =>
          items.length === 0 ? (
            <Nothing icon={icon} title={nothing} note={note} />
          ) : (
            <Sheet>
              <Rows label={title}>{items.map(row)}</Rows>
            </Sheet>
          )
        }
      </Loaded>
    </Page>
  )
}

/** What holds today first, what is over below it. */
function Divided<T extends { active: boolean }>({
  now,
  before,
  ...list
}: ListProps<T> & { now: string; before: string }) {
  return (
    <Page title={list.title}>
      <Loaded query={list.query} shape={<Shape rows={6} />}>
        {(items) => {
          if (items.length === 0) return <Nothing icon={list.icon} title={list.nothing} note={list.note} />
          const parts = [
            { title: now, items: items.filter((item) => item.active) },
            { title: before, items: items.filter((item) => !item.active) },
          ]
          return parts
            .filter((part) => part.items.length > 0)
            .map((part) => (
              <Sheet key={part.title} title={part.title}>
                <Rows label={part.title}>{part.items.map(list.row)}</Rows>
              </Sheet>
            ))
        }}
      </Loaded>
    </Page>
  )
}

function Nothing({ icon, title, note }: { icon: IconName; title: string; note?: string }) {
  return (
    <Empty icon={icon} title={title}>
      {note ?? 'What your care team or you add about this will stand here, each with its date and source.'}
    </Empty>
  )
}
