import { useQuery } from '@tanstack/react-query'
import type { SourceRef } from '../api/salus.schemas'
import { moment } from '../ui/dates'
import { Loaded, Shape } from '../ui/States'
import { factOf } from './fact'
import { resourceQuery, type Resource } from './resource'
import { asTitle } from './words'
import classes from './FactSheet.module.css'

/** A resource as a readable fact, in the version that was cited, with its record as it is kept on demand. */
export function FactSheet({ source }: { source: SourceRef }) {
  const resource = useQuery(resourceQuery(source))
  return (
    <Loaded query={resource} shape={<Shape rows={5} height={36} />}>
      {(found) => <Readable resource={found} source={source} />}
    </Loaded>
  )
}

function Readable({ resource, source }: { resource: Resource; source: SourceRef }) {
  const fact = factOf(resource)
  const meta = resource.meta as { lastUpdated?: string } | undefined
  return (
    <article className={classes.fact}>
      <header>
        <p className="muted small">{fact.kind}</p>
        <h2>{asTitle(fact.title)}</h2>
      </header>
      <dl className={classes.lines}>
        {fact.lines.map((line) => (
          <div key={line.label} className={classes.line}>
            <dt>{line.label}</dt>
            <dd>{line.value}</dd>
          </div>
        ))}
      </dl>
      <p className="muted small numbers">
        Version {source.version} of this entry
        {meta?.lastUpdated && `, kept since ${moment(meta.lastUpdated)}`}
      </p>
      <details className={classes.raw}>
        <summary>Show it as it is kept (FHIR)</summary>
        <pre tabIndex={0} aria-label="The entry in FHIR JSON">
          {JSON.stringify(resource, null, 2)}
        </pre>
      </details>
    </article>
  )
}
