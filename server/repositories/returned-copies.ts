import { retryGroupNaming } from '#server/domain/choose-reader-group.ts'
import type { Database } from './database.ts'
import { isElsewhere } from './replay-clusters.ts'

const withoutRetry = (column: string) => `regexp_replace(${column}, '${retryGroupNaming}', '', 'g')`

/**
 * Whether a letter `l` that carries the lineage of an item `i` is the return of its copy. Every group that reads the
 * target reads the copy: only the death of the one whose progress counts does (its retry containers have names of their
 * own, see `withoutRetry`). Where a group is not told, one in the same dead-letter topic or in another of the target's;
 * on another topic than that where the message died, or in another cluster, each, because every group that reads there
 * counts; of what was requeued each, too.
 */
export const isReturn = `CASE
  WHEN i.reader_group IS NOT NULL AND l.consumer_group IS NOT NULL
    THEN ${withoutRetry('l.consumer_group')} = ${withoutRetry('i.reader_group')}
  ELSE l.topic = i.source_topic OR (starts_with(l.topic, i.target_topic) AND starts_with(i.source_topic, i.target_topic))
    OR EXISTS (SELECT FROM dead_letter b WHERE b.id = i.letter_id AND b.origin_topic IS DISTINCT FROM i.target_topic)
    OR EXISTS (SELECT FROM waiting_record w WHERE w.id = i.letter_id)
    OR EXISTS (SELECT FROM replay r WHERE r.id = i.replay_id AND ${isElsewhere})
END`

/** Outcomes of items of which no copy is known to stand where others read it. */
export const neverSent = "('PENDING', 'SKIPPED', 'FAILED')"

/**
 * Whether a letter `l` that carries the lineage of an item `i` is of the copy that stands, and not of one of an aborted
 * transaction before it, which others may have read and given up. What stood after it may be the copy itself, put into the
 * same topic again to be retried.
 */
export const isOfCopy = `(l.origin_topic = i.target_topic AND l.origin_partition = i.target_partition
  AND l.origin_offset < i.target_offset) IS NOT TRUE`

/**
 * Whether a letter `l` died of the same error as the letter `before`, whatever failure groups they are in: those have the
 * topic and the group as well, and change by hand. By the class alone where one was indexed before more was kept.
 */
export const isSameError = 'coalesce(l.error_key = before.error_key, l.root_cause = before.root_cause, false)'

export type ReturnedCopy = {
  readonly itemId: bigint
  readonly letterId: bigint
  readonly errorClass: string | null
  readonly topic: string
  readonly sameError: boolean
  /** The group that gave it up, where its letter says so. */
  readonly group: string | null
  /** Another group than the one that failed before has given it up, and that one has not. */
  readonly isForeign: boolean
}

/** Copies that died again, by the lineage headers the index has read; with whether the error is the same as before. */
export const findReturned = async (db: Database, replayId: string): Promise<readonly ReturnedCopy[]> => {
  const { rows } = await db.pool.query<{
    item: string
    letter: string
    error_class: string | null
    topic: string
    same: boolean
    consumer_group: string | null
    is_return: boolean
  }>(
    `SELECT DISTINCT ON (i.id) i.id AS item, l.id AS letter, coalesce(l.root_cause, l.error_class) AS error_class, l.topic,
            l.consumer_group, ${isReturn} AS is_return,
            ${isSameError} AS same
     FROM replay_item i
     JOIN dead_letter l ON l.replay_item_id = i.id AND ${isOfCopy}
     LEFT JOIN dead_letter before ON before.id = i.letter_id
     WHERE i.replay_id = $1 AND i.outcome <> 'RETURNED' AND i.outcome NOT IN ${neverSent} ORDER BY i.id, ${isReturn} DESC, l.id`,
    [replayId],
  )
  return rows.map((row) => ({
    itemId: BigInt(row.item),
    letterId: BigInt(row.letter),
    errorClass: row.error_class,
    topic: row.topic,
    sameError: row.same,
    group: row.consumer_group,
    isForeign: !row.is_return,
  }))
}

/** The letter that a copy has become again. */
export type ReturnLetter = {
  readonly letterId: bigint
  readonly failureGroupId: string
  /** Of which connection it is a letter. */
  readonly connectionId: string
  readonly traceId: string | null
}

/** The letters that copies have become again, by the id of the item: that of the group that failed before goes first. */
export const readReturnLetters = async (
  db: Database,
  itemIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, ReturnLetter>> => {
  if (itemIds.length === 0) return new Map()
  const { rows } = await db.pool.query<{
    item: string
    letter: string
    group_id: string
    connection_id: string
    trace_id: string | null
  }>(
    `SELECT DISTINCT ON (i.id) i.id AS item, l.id AS letter, l.failure_group_id AS group_id, l.connection_id, l.trace_id
     FROM replay_item i JOIN dead_letter l ON l.replay_item_id = i.id AND ${isOfCopy}
     WHERE i.id = ANY($1::bigint[]) AND i.outcome = 'RETURNED' ORDER BY i.id, ${isReturn} DESC, l.id`,
    [itemIds.map(String)],
  )
  return new Map(
    rows.map((row) => [
      BigInt(row.item),
      {
        letterId: BigInt(row.letter),
        failureGroupId: row.group_id,
        connectionId: row.connection_id,
        traceId: row.trace_id,
      },
    ]),
  )
}

/** Copies of a replay that came back with one error: as letters of one failure group. */
export type ReturnsOfError = {
  readonly failureGroupId: string
  readonly connectionId: string
  readonly errorClass: string | null
  readonly message: string | null
  readonly frame: string | null
  readonly sameError: boolean
  readonly count: number
  /** The newest of the letters. */
  readonly letterId: bigint
  /** Of the newest of them that has one. */
  readonly traceId: string | null
}

/** Copies of a replay that came back, by their error, most first. */
export const listReturns = async (db: Database, replayId: string): Promise<readonly ReturnsOfError[]> => {
  const { rows } = await db.pool.query<{
    group_id: string
    connection_id: string
    error_class: string | null
    message: string | null
    frame: string | null
    same: boolean
    count: number
    letter: string
    trace_id: string | null
  }>(
    `WITH back AS (
       SELECT DISTINCT ON (i.id) l.id AS letter, l.failure_group_id, l.trace_id, ${isSameError} AS same
       FROM replay_item i JOIN dead_letter l ON l.replay_item_id = i.id AND ${isOfCopy}
         LEFT JOIN dead_letter before ON before.id = i.letter_id
       WHERE i.replay_id = $1 AND i.outcome = 'RETURNED' ORDER BY i.id, ${isReturn} DESC, l.id
     )
     SELECT g.id AS group_id, g.connection_id, coalesce(g.root_cause, g.error_class) AS error_class, g.message, g.frame,
       back.same, count(*)::int AS count, max(back.letter) AS letter,
       (array_agg(back.trace_id ORDER BY back.letter DESC) FILTER (WHERE back.trace_id IS NOT NULL))[1] AS trace_id
     FROM back JOIN failure_group g ON g.id = back.failure_group_id
     GROUP BY g.id, 6 ORDER BY 7 DESC, g.id LIMIT 200`,
    [replayId],
  )
  return rows.map((row) => ({
    failureGroupId: row.group_id,
    connectionId: row.connection_id,
    errorClass: row.error_class,
    message: row.message,
    frame: row.frame,
    sameError: row.same,
    count: row.count,
    letterId: BigInt(row.letter),
    traceId: row.trace_id,
  }))
}
