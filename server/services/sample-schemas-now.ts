import type { z } from 'zod'
import type { sampleDone, sampleRequest } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import type { Call } from '#server/ports/call.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { readSampledAt } from '#server/repositories/schema-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { announceSchemas, forgetGoneTopics, sampleTopicSchemas } from './sample-schemas.ts'

/** What one request may take, in milliseconds; the topics sampled longest ago come first. */
const patienceMs = 25_000

/**
 * Samples the named topics now, or all, those sampled longest ago first, as far as the time allows. Nothing is written to
 * the broker; who may read schemas may ask for it.
 */
export const sampleSchemasNow = async (
  deps: Deps,
  connection: Connection,
  { topics }: z.output<typeof sampleRequest>,
  call: Call,
): Promise<Result<z.output<typeof sampleDone>, Fault>> => {
  const due = await dueTopics(deps, connection, Number.POSITIVE_INFINITY, call)
  if (!due.ok) return due
  const wanted = topics.length === 0 ? due.value : due.value.filter(({ name }) => topics.includes(name))
  const startedAt = performance.now()
  let [done, messages] = [0, 0]
  const failed: z.output<typeof sampleDone>['failed'] = []
  for (const topic of wanted) {
    if (call.signal.aborted || performance.now() - startedAt > patienceMs) break
    const sampled = await sampleTopicSchemas(deps, connection, topic, call)
    if (sampled.ok) {
      done++
      messages += sampled.value.messages
    } else failed.push({ topic: topic.name, detail: sampled.error })
  }
  await announceSchemas(deps, connection)
  return succeed({ topics: done, messages: String(messages), sampledAt: deps.clock.nowMs(), failed })
}

/**
 * Topics whose last sample is older than `ageMs`, the oldest first; internal ones are left alone. What was seen in topics
 * that are gone is forgotten.
 */
export const dueTopics = async (
  deps: Deps,
  connection: Connection,
  ageMs: number,
  call: Call,
): Promise<Result<TopicState[], Fault>> => {
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return fail(faultOf(listed.error))
  await forgetGoneTopics(
    deps,
    connection,
    listed.value.map(({ name }) => name),
  )
  const sampledAt = await readSampledAt(deps.db, connection.id)
  const before = ageMs === Number.POSITIVE_INFINITY ? ageMs : deps.clock.nowMs() - ageMs
  const at = (name: string) => sampledAt.get(name) ?? 0
  return succeed(
    listed.value
      .filter(({ name, internal }) => topicKindOf(name, internal) !== 'internal' && at(name) < before)
      .sort((a, b) => at(a.name) - at(b.name)),
  )
}
