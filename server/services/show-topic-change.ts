import type { TopicChange } from '#server/contracts/topic-changes.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { undoOf } from '#server/domain/topic-change-progress.ts'
import type { Call } from '#server/ports/call.ts'
import { findTopicChange, type TopicChangeRecord } from '#server/repositories/topic-changes.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { settleTopicChange } from './settle-topic-change.ts'

/** After this long nobody carries out the change any more: whoever did has died, or its time is over. */
const abandonedAfterMs = 45_000

const changeOf = (record: TopicChangeRecord): TopicChange => ({
  id: record.id,
  request: record.request,
  plan: record.plan,
  state: record.state,
  plannedAt: record.plannedAtMs,
  plannedBy: record.plannedBy,
  finishedAt: record.finishedAtMs,
  failure: record.failure,
  undo: record.state === 'done' ? undoOf(record.request, record.seen) : null,
})

/**
 * A planned or made change of a topic. One whose maker was lost in between is settled here, by looking at the topic.
 * `not-found` when it was forgotten: plans are kept for a day.
 */
export const showTopicChange = async (
  deps: Deps,
  connection: Connection,
  id: string,
  call: Call,
): Promise<Result<TopicChange, Fault>> => {
  const record = await findTopicChange(deps.db, connection.id, id)
  if (!record)
    return notFound(
      `There is no change ${id} on ${connection.name}. Plans that are not carried out are kept for a day.`,
    )
  const isAbandoned =
    record.state === 'running' && deps.clock.nowMs() - (record.startedAtMs ?? 0) > abandonedAfterMs
  if (isAbandoned) {
    const maker = record.appliedBy ?? record.plannedBy
    await settleTopicChange(deps, connection, record, maker, null, call)
  }
  const settled = isAbandoned ? await findTopicChange(deps.db, connection.id, id) : record
  return succeed(changeOf(settled ?? record))
}
