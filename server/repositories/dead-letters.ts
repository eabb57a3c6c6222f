import type pg from 'pg'
import type { Outcome } from '#server/contracts/replays.ts'
import { joinItemsAt } from './copy-runs.ts'
import type { Database } from './database.ts'
import { shareGrouping } from './failure-grouping.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import {
  type Disposition,
  dispositionColumn,
  joinDispositions,
  type LetterChoice,
} from './letter-dispositions.ts'
import { type NewLetter, writeLetters } from './write-letters.ts'

export type PartitionName = { readonly topic: string; readonly partition: number }
export type IndexedPosition = PartitionName & {
  /** Null: not known. */
  readonly topicId: string | null
  readonly nextOffset: bigint
  /** Where the partition ended when the index first saw it. */
  readonly firstEnd: bigint
}

/**
 * Writes a batch of letters, their failure groups and how far the index has read, in one transaction under the lease:
 * after a crash the index goes on exactly where it was and counts stay exact. What was indexed of partitions that were
 * made anew is forgotten before, with their positions. Answers how many letters were new. Throws
 * `GroupingChangedError` when `grouping`, the version by which the letters were grouped, does not hold any more.
 */
export const indexLetters = async (
  db: Database,
  connectionId: string,
  letters: readonly NewLetter[],
  positions: readonly IndexedPosition[],
  lease: LeaseProof,
  madeAnew: readonly PartitionName[] = [],
  grouping = 0n,
): Promise<number> => {
  if (madeAnew.length > 0)
    await runUnderLease(db, lease, async (client) => {
      await shareGrouping(client, connectionId, grouping)
      await forgetPartitions(client, connectionId, madeAnew)
    })
  if (positions.length === 0) return 0
  return runUnderLease(db, lease, async (client) => {
    await shareGrouping(client, connectionId, grouping)
    await client.query(
      `INSERT INTO index_position AS known (connection_id, topic, partition, next_offset, topic_id, first_end, letters, updated_at)
       SELECT $1, * , now() FROM unnest($2::text[], $3::int[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[])
       ON CONFLICT (connection_id, topic, partition) DO UPDATE
         SET topic_id = excluded.topic_id, next_offset = excluded.next_offset, letters = known.letters + excluded.letters,
           updated_at = excluded.updated_at`,
      [
        connectionId,
        positions.map((one) => one.topic),
        positions.map((one) => one.partition),
        positions.map((one) => one.nextOffset.toString()),
        positions.map((one) => one.topicId),
        positions.map((one) => one.firstEnd.toString()),
        positions.map((one) => letters.filter(isOf(one)).length),
      ],
    )
    return letters.length === 0 ? 0 : writeLetters(client, connectionId, letters)
  })
}

const isOf =
  ({ topic, partition }: PartitionName) =>
  (letter: PartitionName): boolean =>
    letter.partition === partition && letter.topic === topic

/**
 * Partitions that were made anew begin their offsets again, and some may not have been made again: what was indexed of
 * them is gone from the broker.
 */
const forgetPartitions = async (
  client: pg.PoolClient,
  connectionId: string,
  partitions: readonly PartitionName[],
): Promise<void> => {
  const names = [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)]
  // Shares forget partitions of one topic at the same time: in one order, lest they wait for each other.
  await client.query(
    `SELECT 1 FROM failure_group WHERE id IN (
       SELECT failure_group_id FROM dead_letter JOIN unnest($2::text[], $3::int[]) AS anew(topic, partition) USING (topic, partition)
       WHERE connection_id = $1)
     ORDER BY id FOR NO KEY UPDATE`,
    [connectionId, ...names],
  )
  await client.query(
    `WITH gone AS (
       DELETE FROM dead_letter USING unnest($2::text[], $3::int[]) AS anew(topic, partition)
       WHERE connection_id = $1 AND dead_letter.topic = anew.topic AND dead_letter.partition = anew.partition
       RETURNING failure_group_id
     )
     UPDATE failure_group SET letters = failure_group.letters - counted.letters, keys_due = true,
       oldest_at = NULL, oldest_origin_at = NULL, all_tell_origin = NULL
     FROM (SELECT failure_group_id, count(*) AS letters FROM gone GROUP BY 1) AS counted
     WHERE failure_group.id = counted.failure_group_id`,
    [connectionId, ...names],
  )
  await client.query('DELETE FROM failure_group_trend WHERE connection_id = $1', [connectionId])
  await client.query(
    `DELETE FROM index_position USING unnest($2::text[], $3::int[]) AS anew(topic, partition)
     WHERE connection_id = $1 AND index_position.topic = anew.topic AND index_position.partition = anew.partition`,
    [connectionId, ...names],
  )
}

/** How far the index has read, by topic and partition. */
export const readIndexPositions = async (
  db: Database,
  connectionId: string,
): Promise<readonly IndexedPosition[]> => {
  const { rows } = await db.pool.query<{
    topic: string
    partition: number
    topic_id: string | null
    next_offset: string
    first_end: string
  }>(
    'SELECT topic, partition, topic_id, next_offset, first_end FROM index_position WHERE connection_id = $1',
    [connectionId],
  )
  return rows.map((row) => ({
    topic: row.topic,
    partition: row.partition,
    topicId: row.topic_id,
    nextOffset: BigInt(row.next_offset),
    firstEnd: BigInt(row.first_end),
  }))
}

export type LetterRecord = {
  readonly id: bigint
  readonly failureGroupId: string
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly diedAtMs: number
  readonly deathTimeSource: string
  readonly keyText: string | null
  readonly convention: string
  readonly confidence: string
  readonly isPointer: boolean
  readonly earlierDeaths: number
  readonly originTopic: string | null
  readonly originPartition: number | null
  readonly originOffset: bigint | null
  /** Timestamp of the record that died, as far as the letter told it; milliseconds since the epoch. */
  readonly originAtMs: number | null
  readonly group: string | null
  readonly errorClass: string | null
  readonly rootCause: string | null
  readonly message: string | null
  readonly attempts: number | null
  readonly traceId: string | null
  /** The letter whose returned copy this one is. */
  readonly copyOf: bigint | null
  readonly lastReplayId: string | null
  readonly lastOutcome: Outcome | null
  readonly lastSentAtMs: number | null
  /** What a person has decided about it, so that it is not replayed; null: it is open. */
  readonly disposition: Disposition | null
  /** The replay that has put it there instead of a failure; null: it died. */
  readonly parkedBy: { readonly replayId: string; readonly number: number } | null
}

const letterColumns = `l.id, l.failure_group_id, l.topic, l.partition, l."offset", l.died_at, l.death_time_source, l.key_text, l.convention, l.confidence, l.is_pointer, l.earlier_deaths, l.origin_topic,
  l.origin_partition, l.origin_offset, l.origin_at, l.consumer_group, l.error_class, l.root_cause, l.message, l.attempts, l.trace_id,
  c.letter_id AS copy_of, r.replay_id, r.outcome, r.sent_at, ${dispositionColumn},
  (SELECT json_build_object('replayId', p.id, 'number', p.number) FROM replay p ${joinItemsAt('l.topic', 'l.partition', 'l."offset"')}
   WHERE i.replay_id = p.id AND p.connection_id = l.connection_id AND p.plan->'requeue'->>'action' = 'park' LIMIT 1) AS parked_by`
/**
 * The latest item of a started replay of the letter. Ordered by a sum: by the id alone PostgreSQL would go through the
 * items from the newest on where it does not know yet how few a letter has.
 */
const latestReplay = `LEFT JOIN LATERAL (
  SELECT i.replay_id, i.outcome, i.sent_at FROM replay_item i JOIN replay p ON p.id = i.replay_id
  WHERE i.letter_id = l.id AND p.state <> 'planned' ORDER BY i.id + 0 DESC LIMIT 1) r ON true
  LEFT JOIN replay_item c ON c.id = l.replay_item_id`

type LetterRow = {
  readonly id: string
  readonly failure_group_id: string
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly died_at: Date
  readonly death_time_source: string
  readonly key_text: string | null
  readonly convention: string
  readonly confidence: string
  readonly is_pointer: boolean
  readonly earlier_deaths: number
  readonly origin_topic: string | null
  readonly origin_partition: number | null
  readonly origin_offset: string | null
  readonly origin_at: Date | null
  readonly consumer_group: string | null
  readonly error_class: string | null
  readonly root_cause: string | null
  readonly message: string | null
  readonly attempts: number | null
  readonly trace_id: string | null
  readonly copy_of: string | null
  readonly replay_id: string | null
  readonly outcome: Outcome | null
  readonly sent_at: Date | null
  readonly disposition: Disposition | null
  readonly parked_by: { readonly replayId: string; readonly number: number } | null
}

const letterOf = (row: LetterRow): LetterRecord => ({
  id: BigInt(row.id),
  failureGroupId: row.failure_group_id,
  topic: row.topic,
  partition: row.partition,
  offset: BigInt(row.offset),
  diedAtMs: row.died_at.getTime(),
  deathTimeSource: row.death_time_source,
  keyText: row.key_text,
  convention: row.convention,
  confidence: row.confidence,
  isPointer: row.is_pointer,
  earlierDeaths: row.earlier_deaths,
  originTopic: row.origin_topic,
  originPartition: row.origin_partition,
  originOffset: row.origin_offset === null ? null : BigInt(row.origin_offset),
  originAtMs: row.origin_at?.getTime() ?? null,
  group: row.consumer_group,
  errorClass: row.error_class,
  rootCause: row.root_cause,
  message: row.message,
  attempts: row.attempts,
  traceId: row.trace_id,
  copyOf: row.copy_of === null ? null : BigInt(row.copy_of),
  lastReplayId: row.replay_id,
  lastOutcome: row.outcome,
  lastSentAtMs: row.sent_at?.getTime() ?? null,
  disposition: row.disposition,
  parkedBy: row.parked_by,
})

/** Whether a letter `l` holds a text in what it tells of itself, without regard to case. */
export const holdsText = (parameter: string): string =>
  `position(lower(${parameter}) IN lower(concat_ws(' ', l.key_text, l.message, l.error_class, l.root_cause, l.origin_topic, l.topic))) > 0`

export type LetterFilter = {
  /** A text in its key, message, error or topics. */
  readonly q?: string | undefined
  readonly failureGroupId?: string | undefined
  /** Of one of these. */
  readonly failureGroupIds?: readonly string[] | undefined
  readonly topic?: string | undefined
  readonly partition?: number | undefined
  readonly key?: string | undefined
  /** Times of death, milliseconds since the epoch: the first, and the one after the last. */
  readonly diedFrom?: number | undefined
  readonly diedTo?: number | undefined
  readonly ids?: readonly bigint[] | undefined
  readonly standing?: LetterChoice['standing']
  /** Only letters that were indexed by the time of this one. */
  readonly upToId?: bigint | undefined
}

/** A time for a query; null: none. */
export const timeOf = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms))

/** Letters newest first below a cursor (time of death, then id), at most `limit`. */
export const listLetters = async (
  db: Database,
  connectionId: string,
  filter: LetterFilter,
  limit: number,
  before: { readonly diedAtMs: number; readonly id: bigint } | null,
): Promise<readonly LetterRecord[]> => {
  const { rows } = await db.pool.query<LetterRow>(
    // Ids lead to their rows: as a condition they are compared with every letter there is.
    `SELECT ${letterColumns} FROM ${filter.ids ? 'unnest($5::bigint[]) AS wanted(id) JOIN dead_letter l USING (id)' : 'dead_letter l'} ${latestReplay} ${joinDispositions(filter.standing)}
     WHERE l.connection_id = $1
       AND ($2::text IS NULL OR l.failure_group_id = $2)
       AND ($3::text IS NULL OR l.topic = $3)
       AND ($4::text IS NULL OR l.key_text = $4)
       AND ($5::bigint[] IS NULL OR ${filter.ids ? 'true' : 'false'})
       AND ($10::bigint IS NULL OR l.id <= $10)
       AND ($12::text[] IS NULL OR l.failure_group_id = ANY($12))
       AND ($13::int IS NULL OR l.partition = $13)
       AND ($14::timestamptz IS NULL OR l.died_at >= $14)
       AND ($15::timestamptz IS NULL OR l.died_at < $15)
       AND ($11::text IS NULL OR ${holdsText('$11')})
       AND ($6::timestamptz IS NULL OR (l.died_at, l.id) < ($6, $7::bigint))
       AND ($9::text IS NULL OR coalesce(d.kind, 'open') = $9)
     ORDER BY l.died_at DESC, l.id DESC LIMIT $8`,
    [
      connectionId,
      filter.failureGroupId ?? null,
      filter.topic ?? null,
      filter.key ?? null,
      filter.ids?.map(String) ?? null,
      before === null ? null : new Date(before.diedAtMs),
      before?.id.toString() ?? null,
      limit,
      filter.standing ?? null,
      filter.upToId?.toString() ?? null,
      filter.q ?? null,
      filter.failureGroupIds ?? null,
      filter.partition ?? null,
      timeOf(filter.diedFrom),
      timeOf(filter.diedTo),
    ],
  )
  return rows.map(letterOf)
}
