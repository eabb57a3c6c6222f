import type { TopicName } from '#server/contracts/scalars.ts'
import type { TopicFormats } from '#server/contracts/topics.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { readTopicFormats } from '#server/repositories/schema-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { announceSchemas, forgetGoneTopics, quickSample, sampleTopicSchemas } from './sample-schemas.ts'

/** What a topic's messages are seldom changes; what was not there may come at any time. In milliseconds. */
const keptMs = 300_000
const keptNothingMs = 15_000
const sideBySide = 4
/** Topics for which the time is not enough are left out of the answer: who asks again gets more. */
const enoughMs = 3_000

/**
 * What the newest messages of topics decode as, by their samples: `sampledAt` says when. Topics that were not sampled
 * within the last five minutes are sampled now, in short, which is written as the worker's samples are. Those for which
 * the time is not enough are left out, and the answer is `partial`. Topics that are not there are left out, and what was
 * seen in them is forgotten. A broker that does not list its topics is a fault only where nothing is known.
 */
export const listTopicFormats = async (
  deps: Deps,
  connection: Connection,
  topics: readonly TopicName[],
  call: Call,
): Promise<Result<TopicFormats, Fault>> => {
  const isFresh = ({ sampledAt, key, value }: TopicFormats['topics'][number]) =>
    deps.clock.nowMs() - sampledAt < (key.length + value.length === 0 ? keptNothingMs : keptMs)
  const readFresh = async () => (await readTopicFormats(deps.db, connection.id, topics)).filter(isFresh)
  const known = await readFresh()
  if (known.length === topics.length) return succeed({ topics: known, partial: false })
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok)
    return known.length === 0 ? fail(faultOf(listed.error)) : succeed({ topics: known, partial: true })
  const names = listed.value.map(({ name }) => name)
  await forgetGoneTopics(deps, connection, names)
  const due = listed.value.filter(
    ({ name }) => topics.includes(name) && !known.some(({ topic }) => topic === name),
  )
  if (due.length === 0) return succeed({ topics: known, partial: false })
  const patience = { signal: AbortSignal.any([call.signal, AbortSignal.timeout(enoughMs)]) }
  const waiting = due.values()
  const work = async () => {
    for (const topic of waiting) {
      if (patience.signal.aborted) return
      await sampleTopicSchemas(deps, connection, topic, patience, quickSample)
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, work))
  await announceSchemas(deps, connection)
  const told = await readFresh()
  return succeed({
    topics: told,
    partial: due.some(({ name }) => !told.some(({ topic }) => topic === name)),
  })
}
