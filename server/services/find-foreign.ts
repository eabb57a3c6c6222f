import { type Result, succeed } from '#server/domain/result.ts'
import { isMadeAnew } from '#server/domain/topic-identity.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { ItemRecord } from '#server/repositories/replay-items.ts'
import type { Connection } from './deps.ts'

/**
 * Ids of items whose source topic is another now than the one their letters were indexed from, though of the same name:
 * what stands at their offsets is not what was planned. The broker is asked now, for what was known may be the former
 * topic.
 */
export const findForeign = async (
  connection: Connection,
  items: readonly ItemRecord[],
  call: Call,
): Promise<Result<ReadonlySet<bigint>, BrokerError>> => {
  if (items.every(({ sourceTopicId }) => sourceTopicId === null)) return succeed(new Set())
  const listed = await connection.broker.topics.list({ ...call, maxAgeMs: 0 })
  if (!listed.ok) return listed
  const topicIds = new Map<string, string | null>(listed.value.map(({ name, topicId }) => [name, topicId]))
  const foreign = items.filter(({ sourceTopic, sourceTopicId }) =>
    isMadeAnew(sourceTopicId, topicIds.get(sourceTopic) ?? null),
  )
  return succeed(new Set(foreign.map(({ id }) => id)))
}
