import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import classes from './Account.module.css'
import { Chooser } from './Chooser'
import { choiceQuery } from './queries'

/** One practitioner or organization, or none: shown by name, taken away, or chosen. */
export function Chosen({
  type,
  label,
  description,
  id,
  onChange,
}: {
  type: 'Practitioner' | 'Organization'
  label: string
  description: string
  id: string | null
  onChange: (id: string | null) => void
}) {
  if (!id) return <Chooser type={type} label={label} description={description} onChoose={onChange} />
  return (
    <div>
      <p className={classes.label}>{label}</p>
      <div className={classes.chosen}>
        <Named type={type} id={id} />
        <Button variant="subtle" onClick={() => onChange(null)} aria-label={`Take away, ${label}`}>
          Take away
        </Button>
      </div>
    </div>
  )
}

/** The name behind an id; the id itself as long as the name is not known. */
export function Named({ type, id }: { type: 'Patient' | 'Practitioner' | 'Organization'; id: string }) {
  const { data } = useQuery(choiceQuery(type, id))
  return <span>{data ?? id}</span>
}
