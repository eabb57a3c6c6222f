import type { LagHistory } from '#server/contracts/groups.ts'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { bucketRange, lagPoints } from '#server/domain/lag-trend.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { readChartMarks } from '#server/repositories/chart-marks.ts'
import { readLagHistory } from '#server/repositories/lag-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, notFound } from './fault.ts'

const mostPoints = 360
/** Time between two rounds of sampling: shorter buckets would have holes. In milliseconds. */
const leastBucketMs = 10_000

/**
 * Lag and rates of a group over the last minutes, one series a topic, at most 360 points each; a bucket without a
 * sample holds nulls. `not-found` when there are no samples and the broker does not know the group either.
 */
export const showLagHistory = async (
  deps: Deps,
  connection: Connection,
  { group, minutes }: { readonly group: GroupId; readonly minutes: number },
  call: Call,
): Promise<Result<LagHistory, Fault>> => {
  const range = bucketRange(deps.clock.nowMs(), minutes, mostPoints, leastBucketMs)
  const [series, marks] = await Promise.all([
    readLagHistory(deps.db, connection.id, group, range),
    readChartMarks(deps.db, range.fromMs, range.toMs),
  ])
  if (series.length === 0) {
    const described = await connection.broker.groups?.describe([group], call)
    if (described && !described.ok) return fail(faultOf(described.error))
    const state = described?.value.get(group)?.state
    if (state === undefined || state === 'dead')
      return notFound(`There is no consumer group named ${group} on ${connection.name}.`)
  }
  return succeed({
    series: series.map(({ topic, samples }) => ({
      topic: topic as TopicName,
      points: lagPoints(samples, range),
    })),
    marks,
    sampledAt: series.reduce<number | null>((last, { samples }) => {
      const at = samples.at(-1)?.atMs ?? null
      return last === null || (at !== null && at > last) ? at : last
    }, null),
  })
}
