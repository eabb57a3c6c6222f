import type { ReplayPlan } from '#server/contracts/replays.ts'
import { formatCount, sayMany } from '../../patterns/quantity.ts'

/** What a plan would do, as its heading: `Replay 500 of 512 dead letters`, `Replay 1 dead letter`. */
export const planTitle = ({ ready, total, edit, requeue }: ReplayPlan): string => {
  const [verb, one] = requeue ? ['Requeue', 'waiting message'] : ['Replay', 'dead letter']
  if (edit) return 'Replay an edited dead letter'
  return ready === total
    ? `${verb} ${sayMany(total, one)}`
    : ready === 0
      ? `Nothing to ${verb.toLowerCase()} of ${sayMany(total, one)}`
      : `${verb} ${formatCount(ready)} of ${sayMany(total, one)}`
}

/** What the button that starts a plan does, in words. */
export const startWords = (
  { ready, targets, targetConnection, edit, requeue }: ReplayPlan,
  isScheduled: boolean,
): string => {
  const to = `${targets.map(({ topic }) => topic).join(', ')}${targetConnection ? ` on ${targetConnection.name}` : ''}`
  if (ready === 0) return 'Nothing to send'
  if (requeue?.action === 'park')
    return `${isScheduled ? 'Schedule parking' : 'Park'} ${formatCount(ready)} in ${to}`
  const [now, later] = requeue ? ['Requeue', 'Schedule the requeue of'] : ['Replay', 'Schedule the replay of']
  return `${isScheduled ? later : now} ${edit ? 'the edited letter' : formatCount(ready)} to ${to}`
}
