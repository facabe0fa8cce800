import { Checkbox } from '@mantine/core'
import type { Permission, PermissionKind } from '../api/salus.schemas'
import { Icon } from '../ui/icons'
import classes from './Asking.module.css'
import { line, ofKind } from './words'

const groups: [PermissionKind, string][] = [
  ['look', 'The app could look'],
  ['change', 'It could change the record'],
  ['identity', 'About you'],
  ['stay', 'How long'],
]

/** What an app asks for, each line with a box to take the tick out, where one can. */
export function Permissions({
  permissions,
  ticked,
  onChange,
}: {
  permissions: Permission[]
  ticked: string[]
  onChange: (scopes: string[]) => void
}) {
  const set = (scope: string, on: boolean) => onChange(on ? [...ticked, scope] : ticked.filter((one) => one !== scope))
  return (
    <>
      {groups.map(([kind, title]) => {
        const lines = ofKind(permissions, kind)
        if (lines.length === 0) return null
        return (
          <fieldset key={kind} className={classes.group} data-kind={kind}>
            <legend>{title}</legend>
            {lines.map((one) =>
              one.isOptional ? (
                <div key={one.scope} className={classes.choice}>
                  <Checkbox
                    name={one.scope}
                    label={line(one)}
                    checked={ticked.includes(one.scope)}
                    onChange={(event) => set(one.scope, event.currentTarget.checked)}
                  />
                </div>
              ) : (
                <p key={one.scope} className={classes.fixed}>
                  <Icon name="tick" />
                  {line(one)}
                </p>
              ),
            )}
          </fieldset>
        )
      })}
    </>
  )
}
