import { type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { skipBefore } from '#server/repositories/waiting-records.ts'
import { readCommitted, readUpTo } from './read-waiting.ts'
import type { ReplayStep } from './replay-step.ts'

/**
 * Leaves out of a requeue what the groups of the chain have read since it was planned: its copy would be a second one of
 * what is done. What they read between this look and the commit of the batch no broker keeps apart; the plan says so.
 */
export const skipRead = async ({
  deps,
  connection,
  replay,
  lease,
  call,
}: ReplayStep): Promise<Result<null, BrokerError>> => {
  const { requeue } = replay.plan
  if (!requeue || requeue.groups.length === 0) return succeed(null)
  const committed = await readCommitted(connection, requeue.topic, requeue.groups, call)
  if (!committed.ok) return committed
  const readers = requeue.groups.map((group) => ({
    group,
    members: 0,
    committed: committed.value.get(group) ?? new Map<number, bigint>(),
  }))
  const partitions = new Set(readers.flatMap((one) => [...one.committed.keys()]))
  await skipBefore(
    deps.db,
    replay.id,
    [...partitions].map((partition) => ({ partition, offset: readUpTo(readers, partition) })),
    requeue.groups.join(' and '),
    lease,
  )
  return succeed(null)
}
