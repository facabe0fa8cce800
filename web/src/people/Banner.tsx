import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { glanceQuery } from '../records/queries'
import { useSession } from '../auth/session'
import { allergen } from '../records/words'
import { Icon } from '../ui/icons'
import { ageAndSex, initials, relation } from './queries'
import classes from './Banner.module.css'

/** Whose record this is, on every screen of it. Amber when it is not the reader's own. */
export function Banner({ personId }: { personId: string }) {
  const session = useSession()
  const glance = useQuery(glanceQuery(personId))
  const person = session.people.find((one) => one.id === personId) ?? glance.data?.person
  if (!person) {
    return glance.isError ? null : <Skeleton className={classes.waiting} height={60} radius={0} />
  }
  const several = session.people.length > 1 || !person.isSelf
  return (
    <section className={classes.banner} data-other={!person.isSelf || undefined} aria-label="Whose record this is">
      <span className={classes.initials} aria-hidden="true">
        {initials(person.name)}
      </span>
      <div className={classes.who}>
        <p className={classes.name}>
          {person.name}
          <span className={classes.relation}>{relation(person)}</span>
        </p>
        <p className={classes.facts}>
          <span className="numbers">{ageAndSex(person)}</span>
          {glance.data && <Allergies names={glance.data.allergies.map((allergy) => allergen(allergy.title))} />}
        </p>
      </div>
      {several && (
        <Link to="/people" className={classes.change}>
          Change
          <span className="unseen"> to another person</span>
        </Link>
      )}
    </section>
  )
}

function Allergies({ names }: { names: string[] }) {
  if (names.length === 0) return <span>No allergies in the record</span>
  return (
    <span className={classes.allergies}>
      <Icon name="warning" size={15} />
      Allergies: {names.slice(0, 4).join(', ')}
      {names.length > 4 && ` and ${names.length - 4} more`}
    </span>
  )
}
