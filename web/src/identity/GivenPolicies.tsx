import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import classes from './Account.module.css'
import { policiesQuery } from './queries'

/** The access policies that an account is given on top of its parts. */
export function GivenPolicies({ given, onChange, error }: { given: string[]; onChange: (ids: string[]) => void; error?: string }) {
  const policies = useQuery(policiesQuery)
  const all = policies.data ?? []
  const name = (id: string) => all.find((policy) => policy.id === id)?.name ?? id
  const others = all.filter((policy) => !given.includes(policy.id))
  if (policies.isSuccess && all.length === 0) return null
  return (
    <div>
      <p className={classes.label}>Access policies</p>
      <ul className={classes.people} aria-label="Access policies">
        {given.map((id) => (
          <li key={id} className={classes.chosen}>
            <span>{name(id)}</span>
            <Button variant="subtle" onClick={() => onChange(given.filter((one) => one !== id))} aria-label={`Take away the policy ${name(id)}`}>
              Take away
            </Button>
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <NativeSelect
          label="Give a policy"
          description="On top of what the parts give. What a policy forbids wins."
          value=""
          data={[{ value: '', label: 'Choose one' }, ...others.map((policy) => ({ value: policy.id, label: policy.name }))]}
          onChange={(event) => event.currentTarget.value && onChange([...given, event.currentTarget.value])}
          error={error}
        />
      )}
      {policies.isError && <p role="alert">The policies could not be loaded. Those given stay as they are.</p>}
    </div>
  )
}
