'use client'
import type { FailureGroupRow } from '#server/contracts/failure-groups.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { PlanButton } from './plan-button.tsx'
import { usePlanReplay } from './use-plan-replay.ts'

/** Plans a replay of the letters of all failure groups that the inbox shows, or of those that are chosen in it. */
export const InboxReplay = ({
  connection,
  groups,
  areChosen,
}: {
  readonly connection: string
  readonly groups: readonly FailureGroupRow[]
  readonly areChosen: boolean
}) => {
  const plan = usePlanReplay(connection)
  const letters = groups.reduce((sum, { count }) => sum + count, 0)
  const which = sayMany(groups.length, areChosen ? 'chosen group' : 'group')
  if (letters === 0) return null
  return (
    <>
      <PlanButton
        count={letters}
        words={`Plan replay of ${formatCount(letters)} in ${which}${areChosen ? '' : ' shown'}`}
        narrow="Choose fewer groups, or narrow one by partition or time on its page."
        isPending={plan.isPending}
        size="normal"
        onPlan={() => plan.mutate({ failureGroupIds: groups.map(({ id }) => id) })}
      />
      <ProblemLine error={plan.error} className="w-full" />
    </>
  )
}
