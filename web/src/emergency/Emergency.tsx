import { useQuery } from '@tanstack/react-query'
import { usePersonId } from '../people/usePersonId'
import { Page } from '../ui/Page'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { Contacts } from './Contacts'
import classes from './Emergency.module.css'
import { EmergencyView } from './EmergencyView'
import { Links } from './Links'
import { cardQuery } from './queries'
import { Reviews } from './Reviews'

/** One's own emergency: what is shared, with whom, and beside it what helpers will see. */
export default function Emergency() {
  const personId = usePersonId()
  const card = useQuery(cardQuery(personId))
  return (
    <Page wide title="Emergency" lead="What people who help you in an emergency can see, and how they get to it.">
      <div className={classes.sides}>
        <div className={classes.column}>
          <Links personId={personId} />
          <Contacts personId={personId} />
          <Reviews personId={personId} />
          <Why />
        </div>
        <div>
          <Sheet title="What helpers see">
            <div className={classes.inside}>
              <Loaded query={card} shape={<Shape rows={5} height={96} />}>
                {(shown) => <EmergencyView card={shown} foot="You see it because it is yours." />}
              </Loaded>
            </div>
          </Sheet>
        </div>
      </div>
    </Page>
  )
}

function Why() {
  return (
    <Sheet title="What is shown, and why">
      <dl className={`${classes.inside} ${classes.why}`}>
        <dt>Allergies</dt>
        <dd>So that nobody gives you what harms you. The dangerous ones come first.</dd>
        <dt>Medicines</dt>
        <dd>Blood thinners, insulin, steroids and strong painkillers are marked: they change what helpers do.</dd>
        <dt>Conditions, implants, blood group</dt>
        <dd>They explain what is happening, and what to be careful with: a pacemaker in a scanner, for one.</dd>
        <dt>Contacts and wishes</dt>
        <dd>Whom to call, and what you want when you cannot say it.</dd>
        <dt>What is not shown</dt>
        <dd>Letters, notes, bills and everything else. Where the record says nothing, helpers read that nothing is recorded, never that there is nothing.</dd>
      </dl>
    </Sheet>
  )
}
