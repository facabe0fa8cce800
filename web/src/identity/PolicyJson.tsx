import { Textarea } from '@mantine/core'
import { useMemo } from 'react'
import classes from './Administration.module.css'
import { policyFrom } from './policy'
import { ruleWords } from './policyWords'

/** A policy as it is stored, to be edited by who knows its form; what it says stands in words below. */
export function PolicyJson({
  json,
  onChange,
  unreadable,
  errors,
}: {
  json: string
  onChange: (json: string) => void
  /** Why it cannot be shown rule by rule. */
  unreadable?: string
  /** What the server said, by its places. */
  errors: readonly { field: string; detail: string }[]
}) {
  const read = useMemo(() => policyFrom(json), [json])
  return (
    <>
      <Textarea
        label="The policy as JSON"
        description="A name, a description, and entries of resourceType, criteria, interaction, hidden, readOnly, effect and scope."
        className={classes.json}
        value={json}
        autosize
        minRows={12}
        maxRows={28}
        spellCheck={false}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={unreadable}
      />
      {errors.length > 0 && (
        <ul className={classes.places} aria-label="What is wrong, by its place">
          {errors.map(({ field, detail }) => (
            <li key={`${field} ${detail}`}>
              <code>{field.replace('AccessPolicy.', '')}</code>: {detail}
            </li>
          ))}
        </ul>
      )}
      <div className={classes.words} aria-live="polite">
        {typeof read === 'string' ? read : read.entry.map((entry, at) => <p key={at}>{ruleWords(entry)}</p>)}
      </div>
    </>
  )
}
