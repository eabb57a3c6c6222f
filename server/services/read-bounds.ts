import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'
import { type Fault, faultOf, notFound } from './fault.ts'
import { namingTopic } from './read-topic-facts.ts'

/** First offset of a partition and its end (exclusive), from the broker now. A partition that is not there is `not-found`. */
export const readBounds = async (
  connection: Connection,
  topic: TopicName,
  partition: number,
  call: Call,
): Promise<Result<{ readonly start: bigint; readonly end: bigint }, Fault>> => {
  const { topics } = connection.broker
  const state = namingTopic(await topics.find(topic, call), topic, connection)
  if (!state.ok) return fail(faultOf(state.error))
  const one = state.value.partitions.filter((known) => known.partition === partition)
  if (one.length === 0)
    return notFound(
      `The topic ${topic} has no partition ${partition}: it has ${state.value.partitions.length}, counted from 0.`,
    )
  const offsets = await topics.offsets([{ ...state.value, partitions: one }], call)
  if (!offsets.ok) return fail(faultOf(offsets.error))
  const [found] = offsets.value
  const [failed] = found?.failed ?? []
  if (failed) return fail(faultOf(failed.error))
  const bounds = found?.partitions[0]
  return bounds ? succeed(bounds) : notFound(`Partition ${partition} of ${topic} does not say what it holds.`)
}
