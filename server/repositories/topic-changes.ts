import type { TopicChange, TopicChangePlan, TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import type { SeenTopic } from '#server/domain/topic-change-facts.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'
import { runUnhurried } from './run-unhurried.ts'

export type TopicChangeRecord = {
  readonly id: string
  readonly topic: string
  readonly request: TopicChangeRequest
  readonly seen: SeenTopic | null
  readonly plan: TopicChangePlan
  readonly state: TopicChange['state']
  readonly plannedAtMs: number
  readonly plannedBy: string
  readonly appliedBy: string | null
  readonly startedAtMs: number | null
  readonly finishedAtMs: number | null
  readonly failure: string | null
}

/** Keeps a plan. */
export const insertTopicChange = async (
  db: Database,
  change: Pick<TopicChangeRecord, 'id' | 'request' | 'seen' | 'plan' | 'plannedBy'> & {
    readonly connectionId: string
  },
): Promise<void> => {
  const { id, connectionId, request, seen, plan, plannedBy } = change
  await db.pool.query(
    `INSERT INTO topic_change (id, connection_id, topic, request, seen, plan, planned_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      id,
      connectionId,
      request.topic,
      JSON.stringify(request),
      seen && JSON.stringify(seen),
      JSON.stringify(plan),
      plannedBy,
    ],
  )
}

/** A change of a connection, or null. Ids that are no UUID are nobody's. */
export const findTopicChange = async (
  db: Database,
  connectionId: string,
  id: string,
): Promise<TopicChangeRecord | null> => {
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(id)) return null
  const row = await db.prisma.topicChange.findFirst({ where: { id, connectionId } })
  return (
    row && {
      id: row.id,
      topic: row.topic,
      request: row.request as unknown as TopicChangeRequest,
      seen: row.seen as unknown as SeenTopic | null,
      plan: row.plan as unknown as TopicChangePlan,
      state: row.state as TopicChange['state'],
      plannedAtMs: row.plannedAt.getTime(),
      plannedBy: row.plannedBy,
      appliedBy: row.appliedBy,
      startedAtMs: row.startedAt?.getTime() ?? null,
      finishedAtMs: row.finishedAt?.getTime() ?? null,
      failure: row.failure,
    }
  )
}

/** Begins a planned change, once: answers whether this call began it. */
export const markChangeRunning = async (
  transaction: Transaction,
  id: string,
  appliedBy: string,
): Promise<boolean> => {
  const { rowCount } = await transaction.query(
    `UPDATE topic_change SET state = 'running', started_at = now(), applied_by = $2 WHERE id = $1 AND state = 'planned'`,
    [id, appliedBy],
  )
  return rowCount === 1
}

/** Ends a running change, once: answers whether this call ended it. */
export const markChangeEnded = async (
  transaction: Transaction,
  id: string,
  state: 'done' | 'failed' | 'unknown',
  failure: string | null,
): Promise<boolean> => {
  const { rowCount } = await transaction.query(
    `UPDATE topic_change SET state = $2, failure = $3, finished_at = now() WHERE id = $1 AND state = 'running'`,
    [id, state, failure],
  )
  return rowCount === 1
}

/** Forgets changes that nobody made within this time. Answers how many. */
export const deleteOldChangePlans = (db: Database, olderThanMs: number): Promise<number> =>
  runUnhurried(db, async (client) => {
    const { rowCount } = await client.query(
      `DELETE FROM topic_change WHERE state = 'planned' AND planned_at < now() - $1::float8 * interval '1 millisecond'`,
      [olderThanMs],
    )
    return rowCount ?? 0
  })
