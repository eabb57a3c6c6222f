import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
import type { GroupId, Position, TopicName, TraceId } from '#server/contracts/scalars.ts'
import type { Database } from './database.ts'

/** One indexed dead letter: coordinates and decoded facts. */
export type IndexedLetter = {
  readonly id: bigint
  readonly topic: TopicName
  readonly partition: number
  readonly offset: bigint
  readonly failureGroupId: string
  readonly diedAtMs: number
  readonly keyText: string | null
  readonly convention: DeadLetterRow['convention']
  readonly originTopic: TopicName | null
  readonly originPartition: number | null
  readonly originOffset: bigint | null
  readonly group: GroupId | null
  /** The root cause's class where the stack tells it. */
  readonly errorClass: string | null
  readonly message: string | null
  readonly attempts: number | null
  readonly traceId: TraceId | null
  readonly lastReplay: { readonly replayId: string; readonly outcome: string } | null
}

type Row = {
  id: string
  topic: string
  partition: number
  offset: string
  failure_group_id: string
  died_at: Date
  key_text: string | null
  convention: string
  origin_topic: string | null
  origin_partition: number | null
  origin_offset: string | null
  consumer_group: string | null
  error_class: string | null
  message: string | null
  attempts: number | null
  trace_id: string | null
  replay_id: string | null
  replay_outcome: string | null
}

const columns = `letter.id, letter.topic, letter.partition, letter."offset", letter.failure_group_id, letter.died_at,
  letter.key_text, letter.convention, letter.origin_topic, letter.origin_partition, letter.origin_offset,
  letter.consumer_group, coalesce(letter.root_cause, letter.error_class) AS error_class, letter.message, letter.attempts,
  letter.trace_id, replayed.replay_id, replayed.outcome AS replay_outcome`
const withReplay = `LEFT JOIN LATERAL (
    SELECT item.replay_id, item.outcome FROM replay_item AS item JOIN replay ON replay.id = item.replay_id
    WHERE item.letter_id = letter.id AND replay.state <> 'planned'
    ORDER BY item.id DESC LIMIT 1
  ) AS replayed ON true`

const toLetter = (row: Row): IndexedLetter => ({
  id: BigInt(row.id),
  topic: row.topic as TopicName,
  partition: row.partition,
  offset: BigInt(row.offset),
  failureGroupId: row.failure_group_id,
  diedAtMs: row.died_at.getTime(),
  keyText: row.key_text,
  convention: row.convention as IndexedLetter['convention'],
  originTopic: row.origin_topic as TopicName | null,
  originPartition: row.origin_partition,
  originOffset: row.origin_offset === null ? null : BigInt(row.origin_offset),
  group: row.consumer_group as GroupId | null,
  errorClass: row.error_class,
  message: row.message,
  attempts: row.attempts,
  traceId: row.trace_id as TraceId | null,
  lastReplay:
    row.replay_id === null || row.replay_outcome === null
      ? null
      : { replayId: row.replay_id, outcome: row.replay_outcome },
})

/** A letter as the API shows it in lists. */
export const letterRowOf = (letter: IndexedLetter): DeadLetterRow => ({
  id: letter.id.toString(),
  failureGroupId: letter.failureGroupId,
  topic: letter.topic,
  position: `${letter.partition}@${letter.offset}` as Position,
  diedAt: letter.diedAtMs,
  keyText: letter.keyText,
  convention: letter.convention,
  originTopic: letter.originTopic,
  originPosition:
    letter.originPartition === null || letter.originOffset === null
      ? null
      : (`${letter.originPartition}@${letter.originOffset}` as Position),
  errorClass: letter.errorClass,
  message: letter.message,
  attempts: letter.attempts,
  traceId: letter.traceId,
  lastReplay: letter.lastReplay,
})

export type LetterFilter = {
  readonly failureGroupId?: string
  readonly topic?: string
  /** Exactly this key. */
  readonly key?: string
}
export type LetterCursor = { readonly diedAtMs: number; readonly id: bigint }

const where = (connectionId: string, filter: LetterFilter) => {
  const values: unknown[] = [connectionId]
  const conditions = ['letter.connection_id = $1']
  const equal = (column: string, value: string | undefined) => {
    if (value === undefined) return
    values.push(value)
    conditions.push(`letter.${column} = $${values.length}`)
  }
  equal('failure_group_id', filter.failureGroupId)
  equal('topic', filter.topic)
  equal('key_text', filter.key)
  return { values, conditions }
}

/** Letters newest first, those of one moment by id, from behind the cursor on, at most `limit`. */
export const listLetters = async (
  db: Database,
  connectionId: string,
  filter: LetterFilter,
  after: LetterCursor | null,
  limit: number,
): Promise<readonly IndexedLetter[]> => {
  const { values, conditions } = where(connectionId, filter)
  if (after) {
    values.push(new Date(after.diedAtMs), after.id.toString())
    conditions.push(`(letter.died_at, letter.id) < ($${values.length - 1}, $${values.length}::bigint)`)
  }
  values.push(limit)
  const { rows } = await db.pool.query<Row>(
    `SELECT ${columns} FROM (
       SELECT * FROM dead_letter AS letter WHERE ${conditions.join(' AND ')}
       ORDER BY letter.died_at DESC, letter.id DESC LIMIT $${values.length}
     ) AS letter ${withReplay} ORDER BY letter.died_at DESC, letter.id DESC`,
    values,
  )
  return rows.map(toLetter)
}

/** How many letters fit. Without topic and key the failure groups' own counts tell it. */
export const countLetters = async (
  db: Database,
  connectionId: string,
  filter: LetterFilter,
): Promise<number> => {
  const { values, conditions } = where(connectionId, filter)
  const fromGroups = filter.topic === undefined && filter.key === undefined
  const { rows } = await db.pool.query<{ total: string }>(
    fromGroups
      ? `SELECT coalesce(sum(letters), 0) AS total FROM failure_group
         WHERE connection_id = $1 AND ($2::text IS NULL OR id = $2)`
      : `SELECT count(*) AS total FROM dead_letter AS letter WHERE ${conditions.join(' AND ')}`,
    fromGroups ? [connectionId, filter.failureGroupId ?? null] : values,
  )
  return Number(rows[0]?.total ?? 0)
}

/** Letters by id, in no order. Ids that are not of this connection are left out. */
export const findLetters = async (
  db: Database,
  connectionId: string,
  ids: readonly bigint[],
): Promise<readonly IndexedLetter[]> => {
  const { rows } = await db.pool.query<Row>(
    `SELECT ${columns} FROM dead_letter AS letter ${withReplay}
     WHERE letter.connection_id = $1 AND letter.id = ANY($2::bigint[])`,
    [connectionId, ids.map(String)],
  )
  return rows.map(toLetter)
}

/** How many letters of these failure groups died within the last `seconds`. */
export const countRecentDeaths = async (
  db: Database,
  failureGroupIds: readonly string[],
  seconds: number,
): Promise<number> => {
  const { rows } = await db.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM dead_letter
     WHERE failure_group_id = ANY($1::text[]) AND died_at > now() - $2::int * interval '1 second'`,
    [failureGroupIds, seconds],
  )
  return rows[0]?.count ?? 0
}
