import { usePersonId } from '../people/usePersonId'
import { Page } from '../ui/Page'
import { ConsentHistory } from './ConsentHistory'
import { Corrections } from './Corrections'
import { Erase } from './Erase'
import { Exports } from './Exports'
import { Restrictions } from './Restrictions'

/** What a person may ask for: a copy of everything, a correction, silence, an account of what was agreed, the end. */
export default function YourData() {
  const personId = usePersonId()
  return (
    <Page title="Your data" lead="Take it with you, have it corrected, keep it to yourself, or erase it.">
      <Exports personId={personId} />
      <Corrections personId={personId} />
      <Restrictions personId={personId} />
      <ConsentHistory personId={personId} />
      <Erase personId={personId} />
    </Page>
  )
}
