import type pg from 'pg'
import type { LetterFacts } from '#server/domain/letter-facts.ts'
import type { Database } from './database.ts'
import { encodeBigints, encodeIntegers, encodeTexts, encodeTimes } from './encode-array.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import {
  type Disposition,
  dispositionColumn,
  joinDispositions,
  type LetterChoice,
} from './letter-dispositions.ts'
import { type ClosedGroup, reopenGroups } from './reopen-groups.ts'

/** A letter to be indexed: its coordinates, times and key beside what its headers told. */
export type NewLetter = Omit<LetterFacts, 'decoded' | 'origin'> & {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly diedAtMs: number
  readonly deathTimeSource: string
  /** When it came into its topic as far as is known: a resolved failure group that gets a later letter is new again. */
  readonly arrivedAtMs: number
  readonly keyText: string | null
  readonly traceId: string | null
}
export type PartitionName = { readonly topic: string; readonly partition: number }
export type IndexedPosition = PartitionName & {
  /** Null: not known. */
  readonly topicId: string | null
  readonly nextOffset: bigint
}

/** Text that PostgreSQL can hold: it has no NUL character. */
const clean = (text: string | null, length: number): string | null => {
  if (text === null || (text.length <= length && !text.includes('\u0000'))) return text
  return text.slice(0, length).replaceAll('\u0000', '\ufffd')
}

/**
 * Writes a batch of letters, their failure groups and how far the index has read, in one transaction under the lease:
 * after a crash the index goes on exactly where it was and counts stay exact. Answers how many letters were new.
 */
export const indexLetters = async (
  db: Database,
  connectionId: string,
  letters: readonly NewLetter[],
  positions: readonly IndexedPosition[],
  lease: LeaseProof,
  madeAnew: readonly PartitionName[] = [],
): Promise<number> =>
  runUnderLease(db, lease, async (client) => {
    if (madeAnew.length > 0) await forgetPartitions(client, connectionId, madeAnew)
    const inserted = letters.length === 0 ? 0 : await writeLetters(client, connectionId, letters)
    await client.query(
      `INSERT INTO index_position (connection_id, topic, partition, next_offset, topic_id, updated_at)
       SELECT $1, * , now() FROM unnest($2::text[], $3::int[], $4::bigint[], $5::text[])
       ON CONFLICT (connection_id, topic, partition) DO UPDATE
         SET topic_id = excluded.topic_id, next_offset = excluded.next_offset, updated_at = excluded.updated_at`,
      [
        connectionId,
        positions.map((one) => one.topic),
        positions.map((one) => one.partition),
        positions.map((one) => one.nextOffset.toString()),
        positions.map((one) => one.topicId),
      ],
    )
    return inserted
  })

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
  await client.query(
    `WITH gone AS (
       DELETE FROM dead_letter USING unnest($2::text[], $3::int[]) AS anew(topic, partition)
       WHERE connection_id = $1 AND dead_letter.topic = anew.topic AND dead_letter.partition = anew.partition
       RETURNING failure_group_id
     )
     UPDATE failure_group SET letters = failure_group.letters - counted.letters
     FROM (SELECT failure_group_id, count(*) AS letters FROM gone GROUP BY 1) AS counted
     WHERE failure_group.id = counted.failure_group_id`,
    [connectionId, ...names],
  )
  await client.query(
    `DELETE FROM index_position USING unnest($2::text[], $3::int[]) AS anew(topic, partition)
     WHERE connection_id = $1 AND index_position.topic = anew.topic AND index_position.partition = anew.partition`,
    [connectionId, ...names],
  )
}

const writeLetters = async (
  client: pg.PoolClient,
  connectionId: string,
  letters: readonly NewLetter[],
): Promise<number> => {
  const texts = (textOf: (letter: NewLetter) => string | null) => encodeTexts('text[]', letters.map(textOf))
  const groups = [...new Map(letters.map((letter) => [letter.failureGroupId, letter])).values()].sort(
    (a, b) => (a.failureGroupId < b.failureGroupId ? -1 : 1),
  )
  await client.query(
    `INSERT INTO failure_group (id, connection_id, error_class, root_cause, message, frame, stack, origin_topic, consumer_group,
                                dead_letter_topics, conventions, letters, first_seen_at, last_seen_at)
     SELECT id, $1, error_class, root_cause, message, frame, stack, origin_topic, consumer_group, ARRAY[topic], ARRAY[convention], 0, died_at, died_at
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[])
       AS rows(id, error_class, root_cause, message, frame, stack, origin_topic, consumer_group, topic, convention, died_at)
     ON CONFLICT (id) DO NOTHING`,
    [
      connectionId,
      groups.map((one) => one.failureGroupId),
      groups.map((one) => clean(one.errorClass, 500)),
      groups.map((one) => clean(one.rootCause, 500)),
      groups.map((one) => clean(one.normalisedMessage, 500)),
      groups.map((one) => clean(one.frame, 500)),
      groups.map((one) => clean(one.stack, 20_000)),
      groups.map((one) => clean(one.originTopic, 249)),
      groups.map((one) => clean(one.group, 255)),
      groups.map((one) => one.topic),
      groups.map((one) => one.convention),
      groups.map((one) => new Date(one.diedAtMs)),
    ],
  )
  const query: { text: string; values: unknown[]; name: string } = {
    name: 'write-letters',
    text: letterStatement,
    values: [
      connectionId,
      texts((one) => one.topic),
      encodeIntegers(
        'int4[]',
        letters.map((one) => one.partition),
      ),
      encodeBigints(letters.map((one) => one.offset)),
      texts((one) => one.failureGroupId),
      encodeTimes(letters.map((one) => one.diedAtMs)),
      texts((one) => clean(one.keyText, 1_000)),
      texts((one) => one.convention),
      texts((one) => clean(one.originTopic, 249)),
      encodeIntegers(
        'int4[]',
        letters.map((one) => one.originPartition),
      ),
      encodeBigints(letters.map((one) => one.originOffset)),
      texts((one) => clean(one.group, 255)),
      texts((one) => clean(one.errorClass, 500)),
      texts((one) => clean(one.rootCause, 500)),
      texts((one) => clean(one.message, 2_000)),
      encodeIntegers(
        'int4[]',
        letters.map((one) => one.attempts),
      ),
      texts((one) => one.traceId),
      texts((one) => one.lineage?.replayId ?? null),
      encodeBigints(letters.map((one) => one.lineage?.itemId ?? null)),
      texts((one) => one.deathTimeSource),
      encodeTimes(letters.map((one) => one.arrivedAtMs)),
      texts((one) => one.confidence),
      encodeIntegers(
        'int4[]',
        letters.map((one) => one.earlierDeaths),
      ),
      encodeIntegers(
        'int4[]',
        letters.map((one) => Number(one.isPointer)),
      ),
    ],
  }
  const { rows } = await client.query<{ written: number; closed: ClosedGroup[] }>(query)
  await reopenGroups(client, connectionId, rows[0]?.closed ?? [])
  return rows[0]?.written ?? 0
}

// A copy that dies again carries its item's lineage. A service that hands headers on gives them to its own messages,
// too: so the letter must come from where the copy was sent, or from a retry topic of it.
const letterStatement = `
WITH incoming AS MATERIALIZED (
  SELECT * FROM unnest($2::text[], $3::int4[], $4::int8[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::text[],
    $10::int4[], $11::int8[], $12::text[], $13::text[], $14::text[], $15::text[], $16::int4[], $17::text[], $18::text[],
    $19::int8[], $20::text[], $21::timestamptz[], $22::text[], $23::int4[], $24::int4[])
  WITH ORDINALITY AS l(topic, partition, "offset", failure_group_id, died_at, key_text, convention, origin_topic,
    origin_partition, origin_offset, consumer_group, error_class, root_cause, message, attempts, trace_id, replay_id,
    item_id, death_time_source, arrived_at, confidence, earlier_deaths, is_pointer, no)
), written AS (
  INSERT INTO dead_letter (connection_id, topic, partition, "offset", failure_group_id, died_at, key_text, convention,
    origin_topic, origin_partition, origin_offset, consumer_group, error_class, root_cause, message, attempts, trace_id,
    death_time_source, confidence, earlier_deaths, is_pointer, replay_item_id)
  SELECT $1, l.topic, l.partition, l."offset", l.failure_group_id, l.died_at, l.key_text, l.convention, l.origin_topic,
    l.origin_partition, l.origin_offset, l.consumer_group, l.error_class, l.root_cause, l.message, l.attempts, l.trace_id,
    l.death_time_source, l.confidence, l.earlier_deaths, l.is_pointer = 1, item.id
  FROM incoming AS l
  LEFT JOIN replay_item AS item ON item.id = l.item_id AND item.replay_id::text = l.replay_id
    AND (l.origin_topic IS NULL OR l.origin_topic = item.target_topic OR starts_with(l.origin_topic, item.target_topic || '-retry'))
  ORDER BY l.no
  ON CONFLICT (connection_id, topic, partition, "offset") DO NOTHING
  RETURNING id, failure_group_id, topic, partition, "offset", convention, died_at
), counted AS (
  SELECT w.failure_group_id AS id, count(*) AS count, min(w.died_at) AS first, max(w.died_at) AS last, max(w.id) AS sample,
    max(l.arrived_at) AS arrived, array_agg(DISTINCT w.topic) AS topics, array_agg(DISTINCT w.convention) AS conventions
  FROM written AS w JOIN incoming AS l USING (topic, partition, "offset")
  GROUP BY 1 ORDER BY 1
), grouped AS (
  UPDATE failure_group AS g
  SET letters = g.letters + n.count,
      first_seen_at = least(g.first_seen_at, n.first),
      last_seen_at = greatest(g.last_seen_at, n.last),
      sample_letter_id = greatest(coalesce(g.sample_letter_id, 0), n.sample),
      dead_letter_topics = ARRAY(SELECT DISTINCT unnest(g.dead_letter_topics || n.topics) ORDER BY 1),
      conventions = ARRAY(SELECT DISTINCT unnest(g.conventions || n.conventions) ORDER BY 1)
  FROM counted AS n
  WHERE g.id = n.id
  RETURNING g.id, g.state, n.arrived
)
SELECT (SELECT coalesce(sum(count), 0)::int FROM counted) AS written,
  (SELECT coalesce(json_agg(json_build_object('id', id, 'arrivedAtMs', round(extract(epoch FROM arrived) * 1000))), '[]')
   FROM grouped WHERE state IN ('resolved', 'archived', 'muted')) AS closed`

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
  }>('SELECT topic, partition, topic_id, next_offset FROM index_position WHERE connection_id = $1', [
    connectionId,
  ])
  return rows.map((row) => ({
    topic: row.topic,
    partition: row.partition,
    topicId: row.topic_id,
    nextOffset: BigInt(row.next_offset),
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
  readonly group: string | null
  readonly errorClass: string | null
  readonly rootCause: string | null
  readonly message: string | null
  readonly attempts: number | null
  readonly traceId: string | null
  /** The letter whose returned copy this one is. */
  readonly copyOf: bigint | null
  readonly lastReplayId: string | null
  readonly lastOutcome: string | null
  readonly lastSentAtMs: number | null
  /** What a person has decided about it, so that it is not replayed; null: it is open. */
  readonly disposition: Disposition | null
}

const letterColumns = `l.id, l.failure_group_id, l.topic, l.partition, l."offset", l.died_at, l.death_time_source, l.key_text, l.convention, l.confidence, l.is_pointer, l.earlier_deaths, l.origin_topic,
  l.origin_partition, l.origin_offset, l.consumer_group, l.error_class, l.root_cause, l.message, l.attempts, l.trace_id,
  c.letter_id AS copy_of, r.replay_id, r.outcome, r.sent_at, ${dispositionColumn}`
/** The latest item of a started replay of the letter. */
const latestReplay = `LEFT JOIN LATERAL (
  SELECT i.replay_id, i.outcome, i.sent_at FROM replay_item i JOIN replay p ON p.id = i.replay_id
  WHERE i.letter_id = l.id AND p.state <> 'planned' ORDER BY i.id DESC LIMIT 1) r ON true
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
  readonly consumer_group: string | null
  readonly error_class: string | null
  readonly root_cause: string | null
  readonly message: string | null
  readonly attempts: number | null
  readonly trace_id: string | null
  readonly copy_of: string | null
  readonly replay_id: string | null
  readonly outcome: string | null
  readonly sent_at: Date | null
  readonly disposition: Disposition | null
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
})

export type LetterFilter = {
  readonly failureGroupId?: string | undefined
  readonly topic?: string | undefined
  readonly key?: string | undefined
  readonly ids?: readonly bigint[] | undefined
  readonly standing?: LetterChoice['standing']
}

/** Letters newest first below a cursor (time of death, then id), at most `limit`. */
export const listLetters = async (
  db: Database,
  connectionId: string,
  filter: LetterFilter,
  limit: number,
  before: { readonly diedAtMs: number; readonly id: bigint } | null,
): Promise<readonly LetterRecord[]> => {
  const { rows } = await db.pool.query<LetterRow>(
    `SELECT ${letterColumns} FROM dead_letter l ${latestReplay} ${joinDispositions(filter.standing)}
     WHERE l.connection_id = $1
       AND ($2::text IS NULL OR l.failure_group_id = $2)
       AND ($3::text IS NULL OR l.topic = $3)
       AND ($4::text IS NULL OR l.key_text = $4)
       AND ($5::bigint[] IS NULL OR l.id = ANY($5))
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
    ],
  )
  return rows.map(letterOf)
}
