import { listedFailureGroups, mostListedFailureGroups } from '#server/contracts/choices.ts'
import { formatCount } from '../../patterns/quantity.ts'
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
  const next = Math.min(listed + listedFailureGroups, mostListedFailureGroups, fitting)
  return (
    <div className="border-t border-line p-2">
      <Button disabled={isReading} onClick={() => onShow(next)}>
        {isReading ? 'Reading…' : `Show ${formatCount(next - listed)} more groups`}
      </Button>
    </div>
  )
}
