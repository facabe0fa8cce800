import { Link } from '@tanstack/react-router'
import type { SourceRef } from '../api/salus.schemas'
import classes from './SourceLink.module.css'

/** Opens what a fact stands on, beside the screen it is shown on. */
export function SourceLink({ source, about }: { source: SourceRef; about: string }) {
  return (
    <Link
      to="."
      search={(before: { source?: string }) => ({ ...before, source: address(source) })}
      resetScroll={false}
      className={classes.link}
    >
      Source<span className="unseen"> of {about}</span>
    </Link>
  )
}

/** A source as it stands in the URL: `Observation/abc/2`. */
export function address({ type, id, version }: SourceRef): string {
  return `${type}/${id}/${version}`
}

export function fromAddress(text: string): SourceRef | undefined {
  const [type, id, version] = text.split('/')
  const number = Number(version)
  if (!type || !id || !Number.isInteger(number) || !/^[A-Za-z]+$/.test(type) || !/^[A-Za-z0-9.-]+$/.test(id)) return undefined
  return { type, id, version: number }
}
