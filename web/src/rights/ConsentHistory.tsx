import { useQuery } from '@tanstack/react-query'
import { moment } from '../ui/dates'
import { Row, Rows, Tag } from '../ui/Row'
import { Sheet } from '../ui/Sheet'
import { Loaded, Shape } from '../ui/States'
import { consentsQuery } from './queries'
import classes from './Rights.module.css'

/** Every version of what was agreed, the latest first. */
export function ConsentHistory({ personId }: { personId: string }) {
  const consents = useQuery(consentsQuery(personId))
  return (
    <Sheet title="What was agreed">
      <Loaded query={consents} shape={<Shape rows={2} />}>
        {(all) =>
          all.length === 0 ? (
            <div className={classes.inside}>
              <p className="muted">Nothing yet. Whatever you share or keep to yourself is listed here, with when and by whom.</p>
            </div>
          ) : (
            <Rows label="What was agreed">
              {all.map((one) => (
                <Row
                  key={`${one.id} ${one.version}`}
                  icon="shield"
                  title={one.words}
                  status={one.isCurrent && <Tag>in this form now</Tag>}
                  detail={`by ${one.who ?? 'Salus itself'}`}
                  when={moment(one.at)}
                />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Sheet>
  )
}
