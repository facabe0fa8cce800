import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { decideAppRequest } from '../api/salus'
import type { AppQuestion } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { useSession, useSignOut } from '../auth/session'
import { moment } from '../ui/dates'
import { Icon } from '../ui/icons'
import { Empty, Loaded, Shape } from '../ui/States'
import { Asking } from './Asking'
import classes from './Asking.module.css'
import { Permissions } from './Permissions'
import { requestQuery } from './queries'
import { WhoseRecord } from './WhoseRecord'
import { ofKind, origin } from './words'

const route = getRouteApi('/asked/apps/authorize')

/** An app asks for access, and the person decides. */
export default function Authorize() {
  const { ask } = route.useSearch()
  const request = useQuery(requestQuery(ask))
  const sendTo = request.data?.sendTo
  useEffect(() => {
    if (sendTo) location.replace(sendTo)
  }, [sendTo])
  if (request.error instanceof Failure && request.error.status === 422) return <Untrusted words={request.error.detail} />
  const name = request.data?.question?.app.name
  return (
    <Asking title={name ? `${name} asks for access` : 'An app asks for access'}>
      <Loaded query={request} shape={<Shape rows={4} />}>
        {({ question }) => question && <Question ask={ask} question={question} />}
      </Loaded>
    </Asking>
  )
}

/** Whom the request comes from is not known: nothing is sent anywhere. */
function Untrusted({ words }: { words?: string }) {
  return (
    <Asking title="This request is not safe">
      <p role="alert" className={classes.warning}>
        <Icon name="warning" />
        <span>{words ?? 'The app that sent you here is not known.'} Nothing was given to it. You can close this page.</span>
      </p>
    </Asking>
  )
}

function Question({ ask, question }: { ask: string; question: AppQuestion }) {
  const { app, permissions, people } = question
  const optional = permissions.filter((one) => one.isOptional).map((one) => one.scope)
  const [ticked, setTicked] = useState(optional)
  const [person, setPerson] = useState(people.length === 1 ? people[0]?.id : undefined)
  const decide = useMutation({
    mutationFn: (isAllowed: boolean) => decideAppRequest({ ask, isAllowed, scopes: ticked, person: person ?? null }),
    onSuccess: ({ sendTo }) => location.assign(sendTo),
  })
  if (question.mustSignInAgain) return <SignInAgain name={app.name} />
  if (question.needsPerson && people.length === 0) {
    return (
      <Empty icon="people" title="There is no record to give">
        {app.name} is about one person's record, and none is open to you.
      </Empty>
    )
  }
  const stays = ofKind(permissions, 'stay').some((one) => ticked.includes(one.scope) && one.scope === 'offline_access')
  return (
    <>
      <p className={classes.from}>
        It comes from <strong>{origin(app)}</strong>.
      </p>
      <Vouching isVouchedFor={app.isVouchedFor} />
      {question.needsPerson && <WhoseRecord people={people} chosen={person} onChoose={setPerson} />}
      <Permissions permissions={permissions} ticked={ticked} onChange={setTicked} />
      <p className="muted small">
        {stays
          ? `The access ends when you take it back, or after ${question.endsAfterDays} days at the latest.`
          : `The access ends with your session, ${moment(question.endsAt)} at the latest.`}{' '}
        You can take it back at any time under Me, “Apps with access”.
      </p>
      {decide.isError && (
        <p role="alert" className={classes.warning}>
          <Icon name="warning" />
          <span>{decide.error instanceof Failure && decide.error.detail ? decide.error.detail : 'Nothing was given. Try again.'}</span>
        </p>
      )}
      {question.needsPerson && !person && <p className="muted">Choose whose record it is about, then you can allow it.</p>}
      <div className={classes.answer}>
        <Button variant="default" loading={decide.isPending && !decide.variables} onClick={() => decide.mutate(false)}>
          Do not allow
        </Button>
        <Button
          disabled={question.needsPerson && !person}
          loading={(decide.isPending && decide.variables) || decide.isSuccess}
          onClick={() => decide.mutate(true)}
        >
          Allow
        </Button>
      </div>
      <SignedInAs />
    </>
  )
}

function Vouching({ isVouchedFor }: { isVouchedFor: boolean }) {
  if (isVouchedFor) {
    return (
      <p className={classes.vouched}>
        <Icon name="shield" />
        <span>The person who runs this Salus knows this app.</span>
      </p>
    )
  }
  return (
    <p className={classes.warning} role="note">
      <Icon name="warning" />
      <span>Nobody here has checked this app. Its name is what it calls itself. Allow it only if you came from it yourself.</span>
    </p>
  )
}

function SignInAgain({ name }: { name: string }) {
  const again = useSignInAnew()
  return (
    <>
      <p>{name} wants to be sure that it is you, so it asks you to sign in once more.</p>
      <div className={classes.answer}>
        <Button onClick={again}>Sign in again</Button>
      </div>
    </>
  )
}

function SignedInAs() {
  const { account } = useSession()
  const again = useSignInAnew()
  return (
    <p className="muted small">
      Signed in as {account.name}, {account.email}.{' '}
      <button type="button" className={classes.link} onClick={again}>
        Not you?
      </button>
    </p>
  )
}

/** Signs out and comes back here after the next sign-in. */
function useSignInAnew(): () => void {
  const signOut = useSignOut()
  const navigate = useNavigate()
  const here = location.pathname + location.search
  return () => signOut.mutate(undefined, { onSettled: () => void navigate({ to: '/sign-in', search: { to: here }, replace: true }) })
}
