import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Glance as GlanceData } from '../api/salus.schemas'
import { AskBox } from '../ask/AskBox'
import { Icon } from '../ui/icons'
import { Page } from '../ui/Page'
import { Row, Rows } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { FactCard } from './FactCard'
import { AllergyRow, ConditionRow, EncounterRow, ImmunizationRow, MedicineRow } from './rows'
import { glanceQuery } from './queries'
import { useOpenAsk } from '../ask/useOpenAsk'
import { usePersonId } from '../people/usePersonId'
import classes from './Glance.module.css'

type Part = 'conditions' | 'medicines' | 'allergies' | 'vaccines' | 'visits' | 'results'

/** The record at a glance: what matters today, each fact with its source. */
export default function Glance() {
  const personId = usePersonId()
  const glance = useQuery(glanceQuery(personId))
  const openAsk = useOpenAsk(personId)
  return (
    <Page title="Record at a glance" unseenTitle>
      <AskBox onAsk={openAsk} />
      <Loaded query={glance} shape={<GlanceShape />}>
        {(data) => <Facts data={data} personId={personId} />}
      </Loaded>
    </Page>
  )
}

function Facts({ data, personId }: { data: GlanceData; personId: string }) {
  const visits = [data.upcomingEncounter, data.lastEncounter].filter((visit) => visit !== undefined && visit !== null)
  return (
    <>
      {data.results.length > 0 && (
        <section aria-labelledby="latest-results" className={classes.results}>
          <header className={classes.head}>
            <h2 id="latest-results">Latest results</h2>
            <More personId={personId} part="results" words="All results" />
          </header>
          <div className={classes.cards}>
            {data.results.slice(0, 6).map((group) => (
              <FactCard key={group.code} group={group} personId={personId} />
            ))}
          </div>
        </section>
      )}
      <div className={classes.columns}>
        <div className={classes.column}>
          <List title="Medicines" personId={personId} part="medicines" items={data.medicines} nothing="No medicines in the record.">
            {(item) => <MedicineRow key={item.source.id} item={item} />}
          </List>
          <List title="Allergies" personId={personId} part="allergies" items={data.allergies} nothing="No allergies in the record. This does not mean that there are none.">
            {(item) => <AllergyRow key={item.source.id} item={item} />}
          </List>
          <List title="Visits" personId={personId} part="visits" items={visits} nothing="No visits in the record.">
            {(item) => <EncounterRow key={item.source.id} item={item} />}
          </List>
        </div>
        <div className={classes.column}>
          <List title="Conditions" personId={personId} part="conditions" items={data.conditions} nothing="No conditions in the record.">
            {(item) => <ConditionRow key={item.source.id} item={item} />}
          </List>
          <List title="Vaccines" personId={personId} part="vaccines" items={data.immunizations} nothing="No vaccines in the record.">
            {(item) => <ImmunizationRow key={item.source.id} item={item} />}
          </List>
          <Documents personId={personId} count={data.documents} />
        </div>
      </div>
    </>
  )
}

function List<T>({
  title,
  personId,
  part,
  items,
  nothing,
  children,
}: {
  title: string
  personId: string
  part: Part
  items: readonly T[]
  nothing: string
  children: (item: T) => ReactNode
}) {
  const shown = items.slice(0, 5)
  return (
    <Sheet title={title} more={<More personId={personId} part={part} words="See all" about={title} />}>
      {shown.length === 0 ? <p className={classes.nothing}>{nothing}</p> : <Rows label={title}>{shown.map(children)}</Rows>}
    </Sheet>
  )
}

function Documents({ personId, count }: { personId: string; count: number }) {
  return (
    <Sheet title="Documents">
      <Rows label="Documents">
        <Row
          icon="documents"
          title={count === 0 ? 'No documents yet' : `${count} ${count === 1 ? 'document' : 'documents'}`}
          detail={count === 0 ? 'Add letters and reports, and ask about them.' : 'Letters, reports and what else was added.'}
          action={
            <Link to="/people/$personId/documents" params={{ personId }} className={classes.more}>
              Open<span className="unseen"> documents</span>
            </Link>
          }
        />
      </Rows>
    </Sheet>
  )
}

function More({ personId, part, words, about }: { personId: string; part: Part; words: string; about?: string }) {
  return (
    <Link to={`/people/$personId/record/${part}`} params={{ personId }} className={classes.more}>
      {words}
      {about && <span className="unseen">: {about}</span>}
      <Icon name="right" size={16} />
    </Link>
  )
}

function GlanceShape() {
  return (
    <div className={classes.results}>
      <div className={classes.cards}>
        <Shape rows={1} height={190} />
        <Shape rows={1} height={190} />
        <Shape rows={1} height={190} />
      </div>
      <div className={classes.columns}>
        <Shape rows={3} />
        <Shape rows={3} />
      </div>
    </div>
  )
}
