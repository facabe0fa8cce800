import { Button } from '@mantine/core'
import classes from './Account.module.css'
import { Chooser } from '../people/Chooser'
import { Named } from '../people/Named'

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
