import type { ReplayState, ReplaySummary } from '#server/contracts/replays.ts'

/** The state of a replay as it is shown: one that is to send and is kept from it waits. */
export const shownState = ({
  state,
  failure,
}: Pick<ReplaySummary, 'state' | 'failure'>): ReplayState | 'waiting' =>
  state === 'running' && failure !== null ? 'waiting' : state
