import type { TopicName } from '#server/contracts/scalars.ts'
import type { TopicDetail } from '#server/contracts/topics.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, notFound } from './fault.ts'
import { namingTopic, readTopicFacts } from './read-topic-facts.ts'

/** One topic with its partitions and its settings in force. `not-found` names the topic and the connection. */
export const showTopic = async (
  deps: Deps,
  connection: Connection,
  topic: TopicName,
  call: Call,
): Promise<Result<TopicDetail, Fault>> => {
  const found = namingTopic(await connection.broker.topics.find(topic, call), topic, connection)
  if (!found.ok) return fail(faultOf(found.error))
  const { rows, offsets, settings, degraded } = await readTopicFacts(deps, connection, [found.value], call)
  const row = rows[0]
  if (!row) return notFound(`There is no topic named ${topic} on ${connection.name}.`)
  const ranges = new Map(offsets.get(topic)?.partitions.map((range) => [range.partition, range]))
  return succeed({
    data: {
      ...row,
      topicId: found.value.topicId,
      partitionRows: found.value.partitions.map(({ partition, leader, replicas, inSync }) => ({
        partition,
        leader,
        replicas: [...replicas],
        inSync: [...inSync],
        startOffset: ranges.get(partition)?.start.toString() ?? null,
        endOffset: ranges.get(partition)?.end.toString() ?? null,
      })),
      config: [...(settings.get(topic) ?? [])]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, value, isDefault }) => ({ name, value, isDefault })),
    },
    degraded: [...degraded],
    checkedAt: deps.clock.nowMs(),
  })
}
