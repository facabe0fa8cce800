import { Button, Checkbox, Modal, PasswordInput, Switch, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { changeAccount, createAccount } from '../api/salus'
import type { AccountItem, Tie } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import form from '../ui/Form.module.css'
import { Problem } from '../ui/Problem'
import classes from './Account.module.css'
import { Chosen } from './Chosen'
import { GivenPolicies } from './GivenPolicies'
import { People } from './People'
import { policiesQuery } from './queries'
import { roles as allRoles } from './roles'

const SHORTEST = 12

/** Makes an account, or changes one. */
export function AccountDialog({ account, onClose }: { account?: AccountItem; onClose: () => void }) {
  const queryClient = useQueryClient()
  const [name, setName] = useState(account?.name ?? '')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [roles, setRoles] = useState<string[]>(account?.roles ?? ['person'])
  const [isActive, setActive] = useState(account?.isActive ?? true)
  const [people, setPeople] = useState<Tie[]>(account?.people ?? [])
  const [practitioner, setPractitioner] = useState(account?.practitioner ?? null)
  const [organization, setOrganization] = useState(account?.organization ?? null)
  const [isVerified, setVerified] = useState(account?.isVerified ?? false)
  const [policies, setPolicies] = useState(account?.policies ?? [])
  const save = useMutation({
    mutationFn: () => {
      const common = { name: name.trim(), roles, people, practitioner, organization }
      return account ? changeAccount(account.id, { ...common, isActive, isVerified, policies }) : createAccount({ ...common, email: email.trim(), password })
    },
    onSuccess: async () => {
      await Promise.all([['accounts'], policiesQuery.queryKey].map((queryKey) => queryClient.invalidateQueries({ queryKey })))
      onClose()
    },
  })
  const wrong = save.error instanceof Failure ? save.error : undefined
  const treats = roles.includes('clinician') || roles.includes('pharmacist')
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Modal opened onClose={onClose} title={account ? `Change ${account.name}` : 'New account'} size="lg">
      <form className={form.form} onSubmit={submit}>
        {save.isError && (
          <Problem>{wrong?.detail ?? 'Nothing was saved. Try again.'}</Problem>
        )}
        <TextInput label="Name" value={name} maxLength={200} required withAsterisk={false} onChange={(event) => setName(event.currentTarget.value)} error={wrong?.about('name')} />
        {!account && (
          <>
            <TextInput label="E-mail" type="email" autoComplete="off" value={email} required withAsterisk={false} onChange={(event) => setEmail(event.currentTarget.value)} error={wrong?.about('email')} />
            <PasswordInput
              label="First password"
              description={`At least ${SHORTEST} characters; its holder changes it after the first sign-in.`}
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              error={wrong?.about('newPassword')}
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', size: 32 }}
            />
          </>
        )}
        <Checkbox.Group label="Parts" value={roles} onChange={setRoles}>
          <div className={classes.roles}>
            {allRoles.map((role) => (
              <Checkbox key={role.value} value={role.value} label={role.label} description={role.description} />
            ))}
          </div>
        </Checkbox.Group>
        {treats && (
          <>
            <Chosen type="Practitioner" label="Which practitioner they are" description="Brings the patients of their care teams and their practice." id={practitioner} onChange={setPractitioner} />
            <Chosen type="Organization" label="Which clinic they work for" description="Its patients are in their care, and nobody else's." id={organization} onChange={setOrganization} />
          </>
        )}
        <People people={people} onChange={setPeople} />
        {account && <GivenPolicies given={policies} onChange={setPolicies} error={wrong?.about('policies')} />}
        {account && (
          <Switch
            label="I have made sure who they are"
            description="For example by their papers or their register. Nobody opens a record in an emergency without it."
            checked={isVerified}
            onChange={(event) => setVerified(event.currentTarget.checked)}
          />
        )}
        {account && (
          <Switch
            label="May sign in"
            description="Closing an account ends its sessions and takes back its keys at once."
            checked={isActive}
            onChange={(event) => setActive(event.currentTarget.checked)}
          />
        )}
        <div className={form.actions}>
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!name.trim() || (!account && (!email.trim() || password.length < SHORTEST))}>
            {account ? 'Save' : 'Make the account'}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
