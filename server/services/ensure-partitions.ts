import { ensurePartitions as changePartitions, type Retention } from '#server/repositories/span-partitions.ts'
import type { Deps } from './deps.ts'

/**
 * Makes the day partitions that are needed soon and drops what is older than its retention. For the worker: at start,
 * before anything is written, and every hour. Throws when the database does not answer.
 */
export const ensurePartitions = (
  deps: Pick<Deps, 'db' | 'clock'>,
  retention?: Retention,
): Promise<{ readonly created: readonly string[]; readonly dropped: readonly string[] }> =>
  changePartitions(deps.db, deps.clock.nowMs(), retention)
