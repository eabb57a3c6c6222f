import type { ReplayPlan } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { Call } from '#server/ports/call.ts'
import { readDeathsOfItems } from '#server/repositories/canary-items.ts'
import type { Connection, Deps } from './deps.ts'
import { readRetention } from './read-retention.ts'

/** When retention deletes the first and the last of the letters that a plan may send; null: never, or it can not be told. */
export const readPlanExpiry = async (
  deps: Deps,
  connection: Connection,
  planId: string,
  call: Call,
): Promise<ReplayPlan['expiry']> => {
  const deaths = await readDeathsOfItems(deps.db, planId)
  const topics = deaths.map(({ topic }) => topic as TopicName)
  const { byTopic } = await readRetention(connection, topics, call)
  const ends = deaths.flatMap(({ topic, firstMs, lastMs }) => {
    const keptMs = byTopic.get(topic)
    return keptMs == null ? [] : [{ firstMs: firstMs + keptMs, lastMs: lastMs + keptMs }]
  })
  if (ends.length === 0) return null
  return {
    firstAt: Math.min(...ends.map(({ firstMs }) => firstMs)),
    lastAt: Math.max(...ends.map(({ lastMs }) => lastMs)),
  }
}
