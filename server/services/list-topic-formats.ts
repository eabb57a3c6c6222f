import type { TopicName } from '#server/contracts/scalars.ts'
import type { TopicFormats } from '#server/contracts/topics.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { readTopicFormats } from '#server/repositories/schema-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { announceSchemas, sampleTopicSchemas } from './sample-schemas.ts'

/** What a topic's messages are seldom changes; what was not there may come at any time. In milliseconds. */
const keptMs = 300_000
const keptNothingMs = 15_000
const sideBySide = 4
/** Topics for which the time is not enough are left out of the answer: who asks again gets more. */
const enoughMs = 3_000

/**
 * What the newest messages of topics decode as, by their samples: `sampledAt` says when. Topics that were not sampled
 * within the last five minutes are sampled now, as the worker samples them; those for which the time is not enough are
 * left out.
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
  if (known.length === topics.length) return succeed({ topics: known })
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return fail(faultOf(listed.error))
  const due = listed.value
    .filter(({ name }) => topics.includes(name) && !known.some(({ topic }) => topic === name))
    .values()
  const patience = AbortSignal.timeout(enoughMs)
  let sampled = 0
  const work = async () => {
    for (const topic of due) {
      if (patience.aborted || call.signal.aborted) return
      sampled++
      await sampleTopicSchemas(deps, connection, topic, call)
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, work))
  if (sampled === 0) return succeed({ topics: known })
  await announceSchemas(deps, connection)
  return succeed({ topics: await readFresh() })
}
