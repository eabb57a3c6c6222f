import { beat, forgetWorkers, listSilentWorkers } from '#server/repositories/heartbeats.ts'
import type { Deps } from './deps.ts'

export const heartbeatMs = 3_000
/** A worker that has not been seen for this long is taken for dead. */
export const heartbeatLimitMs = 12_000

/** Says that this worker lives. */
export const beatHeart = (deps: Deps, workerId: string): Promise<void> => beat(deps.db, workerId)

/**
 * Hands the work of silent workers back through `unlock`, then forgets them. In this order, so that a sweeper that
 * dies half-way leaves them for the next one. Answers who was swept.
 */
export const sweepSilentWorkers = async (
  deps: Deps,
  unlock: (workerIds: readonly string[]) => Promise<void>,
): Promise<readonly string[]> => {
  const silent = await listSilentWorkers(deps.db, heartbeatLimitMs)
  if (silent.length === 0) return silent
  await unlock(silent)
  await forgetWorkers(deps.db, silent, heartbeatLimitMs)
  return silent
}
