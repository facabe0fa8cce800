import { Autocomplete, Button, Checkbox, NativeSelect, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import classes from './Administration.module.css'
import { completions, entryOf, type Rule } from './policy'
import { interactions, ruleWords, scopes, type RuleFaults } from './policyWords'
import { kindsQuery } from './queries'
import { choices } from './resourceTypes'

/** One rule of a policy as fields, with what it says in words above them. */
export function PolicyRule({
  rule,
  number,
  faults,
  onChange,
  onRemove,
}: {
  rule: Rule
  number: number
  /** What the server said of it, by its fields. */
  faults: RuleFaults
  onChange: (rule: Rule) => void
  onRemove?: () => void
}) {
  const kinds = useQuery(kindsQuery)
  const change = (part: Partial<Rule>) => onChange({ ...rule, ...part })
  const types = new Set([...(kinds.data?.keys() ?? []), rule.type])
  const isAll = rule.type === '*'
  return (
    <fieldset className={classes.rule} data-wrong={Object.keys(faults).length > 0 || undefined}>
      <legend>Rule {number}</legend>
      <div className={classes.head}>
        <SegmentedControl
          aria-label={`Rule ${number} allows or forbids`}
          size="md"
          value={rule.denies ? 'deny' : 'allow'}
          onChange={(value) => change({ denies: value === 'deny' })}
          data={[{ value: 'allow', label: 'Allows' }, { value: 'deny', label: 'Forbids' }]}
        />
        {onRemove && (
          <Button variant="subtle" onClick={onRemove} aria-label={`Remove rule ${number}`}>
            Remove
          </Button>
        )}
      </div>
      {faults.effect && <p role="alert" className={classes.fault}>{faults.effect}</p>}
      <p className={classes.words} aria-live="polite">
        {ruleWords(entryOf(rule))}
      </p>
      <div className={classes.pair} data-uneven>
        <Select
          label="Which entries"
          searchable
          allowDeselect={false}
          value={rule.type}
          data={choices([...types])}
          onChange={(type) => type && change({ type })}
          nothingFoundMessage="No kind of entry is called that"
          error={faults.resourceType ?? (kinds.isError && 'The kinds of entries could not be loaded. Write others as JSON.')}
        />
        <NativeSelect label="Whose" value={rule.scope} data={[...scopes]} onChange={(event) => change({ scope: event.currentTarget.value })} error={faults.scope} />
      </div>
      <Checkbox.Group label={rule.denies ? 'What may never be done' : 'What may be done'} value={rule.interactions} onChange={(interactions) => change({ interactions })} error={faults.interaction}>
        <div className={classes.choices}>
          {interactions.map(({ value, label, description }) => (
            <Checkbox key={value} value={value} label={label} description={description} />
          ))}
        </div>
      </Checkbox.Group>
      <Autocomplete
        label="Only those that match"
        description="A FHIR search: category=laboratory. Empty means all. Several conditions are joined by &."
        value={rule.criteria}
        disabled={isAll}
        data={completions(rule.criteria, kinds.data?.get(rule.type) ?? [])}
        filter={({ options }) => options}
        spellCheck={false}
        onChange={(criteria) => change({ criteria })}
        error={faults.criteria}
      />
      {!rule.denies && (
        <div className={classes.pair}>
          <TextInput
            label="Elements that are not shown"
            description={isAll ? 'With their type: Patient.telecom' : 'telecom, address.line'}
            value={rule.hidden}
            spellCheck={false}
            onChange={(event) => change({ hidden: event.currentTarget.value })}
            error={faults.hidden}
          />
          <TextInput
            label="Elements that stay as they are"
            description="They are seen, and nobody with this rule changes them."
            value={rule.readOnly}
            spellCheck={false}
            onChange={(event) => change({ readOnly: event.currentTarget.value })}
            error={faults.readOnly}
          />
        </div>
      )}
    </fieldset>
  )
}
