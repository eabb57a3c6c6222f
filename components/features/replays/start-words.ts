import type { ReplayPlan } from '#server/contracts/replays.ts'
import { formatCount } from '../../patterns/quantity.ts'

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
