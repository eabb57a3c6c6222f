import type pg from 'pg'
import type { LetterFacts } from '#server/domain/letter-facts.ts'
import { joinItemsAt } from './copy-runs.ts'
import type { Database } from './database.ts'

/** What tells that a letter is the return of a copy whose lineage headers its framework has not kept. */
export type MayReturn = Pick<LetterFacts, 'lineage' | 'originTopic' | 'originPartition' | 'originOffset'> & {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/** Clocks of broker and database may be this far apart. */
const skew = `interval '10 minutes'`

/**
 * Ties letters that were just written to the replayed copies that died: by the coordinates of their origin, which hold
 * for every convention, also where no header of the copy is kept (share groups, early builds of Kafka Streams).
 */
export const linkReturns = async (
  client: Pick<pg.ClientBase, 'query'>,
  connectionId: string,
  letters: readonly MayReturn[],
): Promise<void> => {
  const origins = new Set(letters.flatMap(({ lineage, originTopic }) => (lineage ? [] : (originTopic ?? []))))
  if (origins.size === 0) return
  const { rows } = await client.query<{ topic: string }>(
    `SELECT DISTINCT topic FROM replay, unnest(targets) AS topic
     WHERE coalesce(target_connection_id, connection_id) = $1 AND number IS NOT NULL AND topic = ANY($2::text[])`,
    [connectionId, [...origins]],
  )
  const targets = new Set(rows.map(({ topic }) => topic))
  const some = letters.filter(
    ({ lineage, originTopic, originPartition, originOffset }) =>
      lineage === null && targets.has(originTopic ?? '') && originPartition !== null && originOffset !== null,
  )
  if (some.length === 0) return
  await client.query(
    `UPDATE dead_letter AS l SET replay_item_id = sent.id
     FROM unnest($2::text[], $3::int4[], $4::int8[]) AS place(topic, partition, "offset"),
       LATERAL (SELECT i.id FROM dead_letter d ${joinItemsAt('d.origin_topic', 'd.origin_partition', 'd.origin_offset')}
         JOIN replay r ON r.id = i.replay_id
         WHERE d.connection_id = $1 AND d.topic = place.topic AND d.partition = place.partition AND d."offset" = place."offset"
           AND coalesce(r.target_connection_id, r.connection_id) = $1 AND i.sent_at < d.indexed_at + ${skew}
         ORDER BY i.id DESC LIMIT 1) AS sent
     WHERE l.connection_id = $1 AND l.topic = place.topic AND l.partition = place.partition AND l."offset" = place."offset"
       AND l.replay_item_id IS NULL`,
    [
      connectionId,
      some.map(({ topic }) => topic),
      some.map(({ partition }) => partition),
      some.map(({ offset }) => offset.toString()),
    ],
  )
}

/** A letter may be indexed before it is written down where its copy stands: so long is it looked for again. */
const lookBackMs = 120_000
/** The newest letter at each look, by replay. */
const looks = new Map<string, { readonly atMs: number; readonly newest: bigint }[]>()

/**
 * Ties the letters that were indexed before the coordinates of a replay's copies were known, as `linkReturns` does: those
 * of the connection that the copies were written to; and those that name the place in a retry topic where a copy was seen,
 * `hops` by the ids of items.
 */
export const linkEarlyReturns = async (
  db: Database,
  connectionId: string,
  replayId: string,
  hops: ReadonlyMap<string, { readonly topic: string; readonly partition: number; readonly offset: bigint }>,
): Promise<void> => {
  const nowMs = performance.now()
  const before = looks.get(replayId) ?? []
  const old = before.filter(({ atMs }) => atMs < nowMs - lookBackMs)
  const { rows } = await db.pool.query<{ newest: string; first: string }>(
    `SELECT (SELECT coalesce(max(id), 0) FROM dead_letter)::text AS newest,
       coalesce((SELECT max(letter_id) FROM replay_item WHERE replay_id = $1), 0)::text AS first`,
    [replayId],
  )
  const newest = BigInt(rows[0]?.newest ?? 0)
  // Letters get their ids in the order in which they are indexed: who died again came after all of the selection.
  const from = old.at(-1)?.newest ?? BigInt(rows[0]?.first ?? 0)
  const kept = old.at(-1)
  looks.set(replayId, [
    ...(kept ? [kept] : []),
    ...before.filter((one) => !old.includes(one)),
    { atMs: nowMs, newest },
  ])
  if (newest <= from) return
  await db.pool.query(
    `UPDATE dead_letter AS l SET replay_item_id = found.item
     FROM (SELECT d.id, i.id AS item FROM dead_letter d ${joinItemsAt('d.origin_topic', 'd.origin_partition', 'd.origin_offset')}
       WHERE d.id > $3 AND d.connection_id = $2 AND d.replay_item_id IS NULL AND i.replay_id = $1) AS found
     WHERE l.id = found.id`,
    [replayId, connectionId, from.toString()],
  )
  if (hops.size === 0) return
  const places = [...hops.values()]
  await db.pool.query(
    `UPDATE dead_letter AS l SET replay_item_id = hop.item
     FROM unnest($3::int8[], $4::text[], $5::int4[], $6::int8[]) AS hop(item, topic, partition, "offset")
     WHERE l.id > $2 AND l.connection_id = $1 AND l.replay_item_id IS NULL
       AND l.origin_topic = hop.topic AND l.origin_partition = hop.partition AND l.origin_offset = hop."offset"`,
    [
      connectionId,
      from.toString(),
      [...hops.keys()],
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
      places.map(({ offset }) => offset.toString()),
    ],
  )
}

/** Forgets how far the letters were looked through for a replay that has all its outcomes. */
export const forgetReturns = (replayId: string): void => {
  looks.delete(replayId)
}
