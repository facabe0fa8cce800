import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { TimelineItem } from '../api/salus.schemas'
import { usePersonId } from '../people/usePersonId'
import { day, seconds, year } from '../ui/dates'
import { Icon, type IconName } from '../ui/icons'
import { Page } from '../ui/Page'
import { Tag } from '../ui/Row'
import { Empty, Shape, Wrong } from '../ui/States'
import { timelineQuery } from './queries'
import { SourceLink } from './SourceLink'
import { asTitle } from './words'
import classes from './Timeline.module.css'

/** Everything in the order it happened, the newest first, a page at a time. */
export default function Timeline() {
  const personId = usePersonId()
  const timeline = useInfiniteQuery(timelineQuery(personId))
  const items = timeline.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page title="Timeline" lead="What happened, the newest first.">
      {timeline.isPending && <Shape rows={8} height={56} />}
      {timeline.isError && items.length === 0 && <Wrong error={timeline.error} again={() => void timeline.refetch()} />}
      {timeline.isSuccess && items.length === 0 && (
        <Empty
          icon="clock"
          title="Nothing has happened here yet"
          action={
            <Link to="/people/$personId/documents" params={{ personId }}>
              Add a document
            </Link>
          }
        >
          Visits, results, medicines and letters will stand here in the order they happened.
        </Empty>
      )}
      {byYear(items).map(([name, group]) => (
        <section key={name} className={classes.year} aria-label={name}>
          <h2 className={`${classes.yearName} numbers`}>{name}</h2>
          <ol className={classes.items}>
            {group.map((item) => (
              <Item key={`${item.source.type}/${item.source.id}/${item.kind}`} item={item} />
            ))}
          </ol>
        </section>
      ))}
      {timeline.hasNextPage && (
        <Button variant="default" loading={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
          Show earlier
        </Button>
      )}
      {timeline.isFetchNextPageError && (
        <p role="alert">What came earlier could not be loaded. Nothing has changed; try again.</p>
      )}
    </Page>
  )
}

function Item({ item }: { item: TimelineItem }) {
  return (
    <li className={classes.item}>
      <span className={classes.mark}>
        <Icon name={icons[item.kind] ?? 'record'} size={18} />
      </span>
      <div className={classes.words}>
        <p className={classes.title}>
          {item.kind === 'document' ? item.title : asTitle(item.title)} {isAhead(item.date) && <Tag>planned</Tag>}
        </p>
        <p className="muted small">
          <span className="numbers">{day(item.date)}</span> · {kindInWords(item.kind)}
          {item.detail && ` · ${item.detail}`}
        </p>
      </div>
      <SourceLink source={item.source} about={`${item.title}, ${day(item.date)}`} />
    </li>
  )
}

const icons: Record<string, IconName> = {
  condition: 'heart', medicine: 'pill', result: 'flask', immunization: 'shield', encounter: 'visit', document: 'page', allergy: 'warning', procedure: 'star', report: 'flask',
  bill: 'page',
}

const names: Record<string, string> = { immunization: 'Vaccine', encounter: 'Visit' }

function isAhead(date: string): boolean {
  return seconds(date) * 1000 > Date.now()
}

function kindInWords(kind: string): string {
  return names[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1)
}

function byYear(items: readonly TimelineItem[]): [string, TimelineItem[]][] {
  const years = new Map<string, TimelineItem[]>()
  for (const item of items) {
    const name = year(item.date)
    years.set(name, [...(years.get(name) ?? []), item])
  }
  return [...years]
}
