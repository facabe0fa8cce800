import { useMutation, useQueryClient } from '@tanstack/react-query'
import { deletePolicy } from '../api/salus'
import type { PolicyItem } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { Confirm } from '../ui/Confirm'
import classes from './Administration.module.css'
import { policiesQuery } from './queries'

/** Deletes a policy that nobody has; where somebody has it, says who. */
export function DeletePolicy({ policy, onClose }: { policy: PolicyItem; onClose: () => void }) {
  const queryClient = useQueryClient()
  const remove = useMutation({
    mutationFn: () => deletePolicy(policy.id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: policiesQuery.queryKey }),
    onSuccess: onClose,
  })
  const isHeld = policy.holders.length > 0
  const detail = remove.error instanceof Failure ? remove.error.detail : undefined
  return (
    <Confirm
      title={isHeld ? `${policy.name} is in use` : `Delete ${policy.name}?`}
      act="Delete the policy"
      problem={remove.isError ? (detail ?? 'It was not deleted. Try again.') : undefined}
      busy={remove.isPending}
      onConfirm={isHeld ? undefined : () => remove.mutate()}
      onClose={onClose}
    >
      {isHeld ? (
        <>
          <p>These accounts have it. What it forbids would come open without it, so take it from them first, under Accounts.</p>
          <ul className={classes.places} aria-label="Who has it">
            {policy.holders.map((holder) => (
              <li key={holder.id}>{holder.name}</li>
            ))}
          </ul>
        </>
      ) : (
        <p>No account has it, so nobody’s access changes. It cannot be brought back.</p>
      )}
    </Confirm>
  )
}
