import { Button, Modal, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { createPolicy, replacePolicy } from '../api/salus'
import type { PolicyItem } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import form from '../ui/Form.module.css'
import { Icon } from '../ui/icons'
import { Problem } from '../ui/Problem'
import { draftOf, emptyDraft, jsonOf, newRule, policyFrom, policyOf, type Draft, type Rule } from './policy'
import { PolicyJson } from './PolicyJson'
import { PolicyRule } from './PolicyRule'
import { faultsOf, listed, stillWrong } from './policyWords'
import { policiesQuery } from './queries'

interface Sent {
  draft: Draft
  json?: string
}

/** Writes a policy, rule by rule, or as JSON for who knows the form. */
export function PolicyDialog({ policy, onClose }: { policy?: PolicyItem; onClose: () => void }) {
  const queryClient = useQueryClient()
  const isSmall = useMediaQuery('(max-width: 48em)')
  const [draft, setDraft] = useState<Draft>(() => (policy ? draftOf(policy) : emptyDraft()))
  /** While it is edited as JSON. */
  const [json, setJson] = useState<string>()
  const [unreadable, setUnreadable] = useState<string>()
  const save = useMutation({
    mutationFn: ({ draft, json }: Sent) => {
      const body = json === undefined ? policyOf(draft) : policyFrom(json)
      if (typeof body === 'string') throw new Failure(422, body, body)
      return policy ? replacePolicy(policy.id, body) : createPolicy(body)
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: policiesQuery.queryKey })
      onClose()
    },
  })
  const wrong = save.error instanceof Failure ? save.error : undefined
  const faults = faultsOf(wrong?.fields ?? [])
  const left = stillWrong(faults, save.variables?.draft.rules ?? [], draft.rules)
  const isAsSent = save.variables?.draft === draft && save.variables.json === json
  const problem = useProblem(save.isError)
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const setRules = (rules: Rule[]) => change({ rules })
  function show(view: string) {
    setUnreadable(undefined)
    if (view === 'json') return setJson(jsonOf(draft))
    const read = policyFrom(json ?? '')
    if (typeof read === 'string') return setUnreadable(read)
    setDraft(draftOf(read))
    setJson(undefined)
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    setUnreadable(undefined)
    save.mutate({ draft, json })
  }
  return (
    <Modal opened onClose={onClose} title={policy ? `Change ${policy.name}` : 'New policy'} size="xl" fullScreen={isSmall}>
      <form className={form.form} onSubmit={submit} noValidate>
        {save.isError && (isAsSent || left.size > 0) && (
          <Problem ref={problem}>{said(wrong, faults.others, draft.rules.flatMap(({ key }, at) => (left.has(key) ? [at + 1] : [])))}</Problem>
        )}
        <SegmentedControl aria-label="How to write it" size="md" value={json === undefined ? 'form' : 'json'} onChange={show} data={[{ value: 'form', label: 'Rule by rule' }, { value: 'json', label: 'As JSON' }]} />
        {json !== undefined ? (
          <PolicyJson json={json} onChange={setJson} unreadable={unreadable} errors={isAsSent ? (wrong?.fields ?? []) : []} />
        ) : (
          <>
            <TextInput label="Name" value={draft.name} maxLength={200} onChange={(event) => change({ name: event.currentTarget.value })} />
            <Textarea label="What it is for" value={draft.description} maxLength={2000} autosize minRows={1} onChange={(event) => change({ description: event.currentTarget.value })} />
            {draft.rules.map((rule, at) => (
              <PolicyRule
                key={rule.key}
                rule={rule}
                number={at + 1}
                faults={left.get(rule.key) ?? {}}
                onChange={(changed) => change({ rules: draft.rules.map((one) => (one === rule ? changed : one)) })}
                onRemove={draft.rules.length > 1 ? () => setRules(draft.rules.filter((one) => one !== rule)) : undefined}
              />
            ))}
            <Button variant="default" leftSection={<Icon name="plus" />} onClick={() => setRules([...draft.rules, newRule()])}>
              Add a rule
            </Button>
          </>
        )}
        <div className={form.actions}>
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={save.isPending} disabled={json === undefined && (!draft.name.trim() || draft.rules.some((rule) => rule.interactions.length === 0))}>
            {policy ? 'Save' : 'Make the policy'}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/** The words above the form: what the server said, and which rules to look at. */
function said(wrong: Failure | undefined, others: string[], places: number[]): string {
  const where = places.length > 0 ? `Look at rule ${listed(places.map(String))}.` : ''
  return [wrong?.detail ?? 'Nothing was saved. Try again.', where, ...others].filter(Boolean).join(' ')
}

/** What went wrong is brought into sight and read out: the button that led to it is far below. */
function useProblem(isWrong: boolean) {
  const problem = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (isWrong) problem.current?.focus()
  }, [isWrong])
  return problem
}
