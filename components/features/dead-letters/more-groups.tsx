import { listedFailureGroups, mostGroupsOfPlan } from '#server/contracts/choices.ts'
import { sayMany } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'

/** Lists some more of the failure groups that fit, at the end of those that are listed. */
export const MoreGroups = ({
  listed,
  fitting,
  isReading,
  onShow,
}: {
  readonly listed: number
  readonly fitting: number
  readonly isReading: boolean
  /** Called with how many groups are to be listed in all. */
  readonly onShow: (groups: number) => void
}) => {
  const next = Math.min(listed + listedFailureGroups, mostGroupsOfPlan, fitting)
  return (
    <div className="border-t border-line p-2">
      {/* Not disabled: who pressed it by the keyboard keeps the place. */}
      <Button aria-disabled={isReading} onClick={() => (isReading ? undefined : onShow(next))}>
        {isReading ? 'Reading…' : `Show ${sayMany(next - listed, 'more group')}`}
      </Button>
    </div>
  )
}
