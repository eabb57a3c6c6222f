import type { LedgerSpan } from '#server/domain/ledger-spans.ts'
import type { LedgerKey, LedgerSource, LedgerValue } from '#server/domain/replay-ledger.ts'
import { keepRunsOf } from './copy-runs.ts'
import type { Database } from './database.ts'
import { encodeBigints } from './encode-array.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import { runInTransaction, type Transaction } from './run-in-transaction.ts'

/** A partition of a connection's ledger; `topicId` is the ledger's own. */
export type LedgerPlace = {
  readonly connectionId: string
  readonly topicId: string
  readonly partition: number
}
/** A record of the ledger; a value of null takes the entry away. */
export type LedgerRecord = { readonly key: LedgerKey; readonly value: LedgerValue | null }

/** From which offset a partition of a ledger is yet to be read. */
export const readLedgerPosition = async (db: Database, place: LedgerPlace): Promise<bigint> => {
  const { connectionId, topicId, partition } = place
  const row = await db.prisma.ledgerPosition.findUnique({
    where: { connectionId_topicId_partition: { connectionId, topicId, partition } },
  })
  return row?.nextOffset ?? 0n
}

/** Keeps which records are known without being read, in the transaction that writes what they say elsewhere. */
export const writeLedgerSpans = async (
  client: Transaction,
  { connectionId, topicId, partition }: LedgerPlace,
  spans: readonly LedgerSpan[],
): Promise<void> => {
  if (spans.length === 0) return
  await client.query(
    `INSERT INTO ledger_span (connection_id, topic_id, partition, first_offset, next_offset)
     SELECT $1, $2, $3, * FROM unnest($4::int8[], $5::int8[])
     ON CONFLICT (connection_id, topic_id, partition, first_offset) DO UPDATE SET next_offset = excluded.next_offset`,
    [
      connectionId,
      topicId,
      partition,
      encodeBigints(spans.map(({ first }) => first)),
      encodeBigints(spans.map(({ next }) => next)),
    ],
  )
}

/** Records of a partition of a ledger that are known without being read, in the order of their offsets. */
export const readLedgerSpans = async (
  db: Database,
  { connectionId, topicId, partition }: LedgerPlace,
): Promise<readonly LedgerSpan[]> => {
  const rows = await db.prisma.ledgerSpan.findMany({
    where: { connectionId, topicId, partition },
    orderBy: { firstOffset: 'asc' },
  })
  return rows.map(({ firstOffset, nextOffset }) => ({ first: firstOffset, next: nextOffset }))
}

/**
 * Keeps what was read of a ledger together with how far. Several may read at once: records come in the order of their
 * offsets, and the position never goes back. Spans that it has passed are of no more use.
 */
export const writeLedger = (
  db: Database,
  { connectionId, topicId, partition }: LedgerPlace,
  records: readonly LedgerRecord[],
  nextOffset: bigint,
): Promise<void> =>
  runInTransaction(db, async (client) => {
    // Of one key the last record counts, as compaction has it.
    const last = new Map(records.map((one) => [Object.values(one.key).join('/'), one]))
    const kept = [...last.values()].flatMap(({ key, value }) => (value ? [{ key, value }] : []))
    const gone = [...last.values()].filter(({ value }) => value === null).map(({ key }) => key)
    if (kept.length > 0)
      await client.query(
        `INSERT INTO ledger_entry (connection_id, cluster_id, topic_id, partition, "offset", attempt, replay_id, replay_number,
             item_id, target_topic, target_partition, target_offset, sent_by, sent_at, copy_hash)
         SELECT $1, * FROM unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::int[], $7::text[], $8::int[],
             $9::text[], $10::text[], $11::int[], $12::bigint[], $13::text[], $14::timestamptz[], $15::text[])
         ON CONFLICT (connection_id, cluster_id, topic_id, partition, "offset", attempt) DO UPDATE SET
           replay_id = excluded.replay_id, replay_number = excluded.replay_number, item_id = excluded.item_id,
           target_topic = excluded.target_topic, target_partition = excluded.target_partition,
           target_offset = excluded.target_offset, sent_by = excluded.sent_by, sent_at = excluded.sent_at,
           copy_hash = excluded.copy_hash`,
        [
          connectionId,
          kept.map(({ key }) => key.clusterId),
          kept.map(({ key }) => key.topicId),
          kept.map(({ key }) => key.partition),
          kept.map(({ key }) => key.offset.toString()),
          kept.map(({ key }) => key.attempt),
          kept.map(({ value }) => value.job),
          kept.map(({ value }) => value.number),
          kept.map(({ value }) => value.item),
          kept.map(({ value }) => value.target.topic),
          kept.map(({ value }) => value.target.partition),
          kept.map(({ value }) => value.target.offset),
          kept.map(({ value }) => value.by),
          kept.map(({ value }) => new Date(value.at)),
          kept.map(({ value }) => value.hash),
        ],
      )
    if (gone.length > 0)
      await client.query(
        `DELETE FROM ledger_entry e USING unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::int[])
             AS n(cluster_id, topic_id, partition, "offset", attempt)
         WHERE e.connection_id = $1 AND e.cluster_id = n.cluster_id AND e.topic_id = n.topic_id
           AND e.partition = n.partition AND e."offset" = n."offset" AND e.attempt = n.attempt`,
        [
          connectionId,
          gone.map(({ clusterId }) => clusterId),
          gone.map(({ topicId: id }) => id),
          gone.map((key) => key.partition),
          gone.map(({ offset }) => offset.toString()),
          gone.map(({ attempt }) => attempt),
        ],
      )
    await client.query(
      `INSERT INTO ledger_position AS p (connection_id, topic_id, partition, next_offset) VALUES ($1, $2, $3, $4)
       ON CONFLICT (connection_id, topic_id, partition) DO UPDATE SET next_offset = greatest(p.next_offset, excluded.next_offset)`,
      [connectionId, topicId, partition, nextOffset.toString()],
    )
    await client.query(
      'DELETE FROM ledger_span WHERE connection_id = $1 AND topic_id = $2 AND partition = $3 AND next_offset <= $4',
      [connectionId, topicId, partition, nextOffset.toString()],
    )
  })

/**
 * Takes out of a replay what the ledger holds already of a dead-letter partition, under its lease: copies of its own are
 * sent, those of another replay are left out. Answers how many of each.
 */
export const settleByLedger = async (
  db: Database,
  replay: { readonly id: string; readonly connectionId: string; readonly targetConnectionId: string | null },
  source: LedgerSource & { readonly topic: string },
  lease: LeaseProof,
): Promise<{ readonly own: number; readonly others: number }> => {
  const { rows } = await runUnderLease(db, lease, (client) =>
    client.query<{ own: boolean }>(
      `WITH settled AS (
       UPDATE replay_item i SET
           outcome = CASE WHEN e.replay_id = $1::text THEN 'SENT' ELSE 'SKIPPED' END,
           proof = CASE WHEN e.replay_id = $1::text
             THEN 'sent to ' || e.target_topic || ' partition ' || e.target_partition
               || coalesce(' offset ' || e.target_offset, ' (the broker did not tell at which offset)') || ', as the ledger says'
             ELSE 'not sent: replay #' || coalesce(e.replay_number::text, e.replay_id) || ' of ' || e.sent_by || ' sent it at '
               || to_char(e.sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC, as the ledger says' END,
           target_partition = CASE WHEN e.replay_id = $1::text THEN e.target_partition ELSE i.target_partition END,
           target_offset = CASE WHEN e.replay_id = $1::text THEN e.target_offset ELSE i.target_offset END,
           sent_at = CASE WHEN e.replay_id = $1::text THEN e.sent_at ELSE i.sent_at END,
           outcome_at = now()
         FROM ledger_entry e
         WHERE i.replay_id = $1::uuid AND i.outcome = 'PENDING' AND i.source_topic = $2 AND i.source_partition = $3
           AND e.connection_id = $4 AND e.cluster_id = $5 AND e.topic_id = $6 AND e.partition = $3
           AND e."offset" = i.source_offset AND e.attempt = i.attempt
         RETURNING i.id, i.replay_id, i.target_topic, i.target_partition,
           CASE WHEN e.replay_id = $1::text THEN i.target_offset END AS target_offset, e.replay_id = $1::text AS own),
       kept AS (${keepRunsOf('settled')})
       SELECT own FROM settled`,
      [
        replay.id,
        source.topic,
        source.partition,
        replay.targetConnectionId ?? replay.connectionId,
        source.clusterId,
        source.topicId,
      ],
    ),
  )
  const own = rows.filter((row) => row.own).length
  return { own, others: rows.length - own }
}

/** What is known of earlier copies of letters. */
export type EarlierAttempts = {
  readonly attempts: number
  /** The latest that the ledger has of another installation: what became of that is not known here. */
  readonly elsewhere: {
    readonly replayNumber: number | null
    readonly by: string
    readonly atMs: number
  } | null
}

type SentFrom = {
  readonly id: bigint
  readonly topicId: string
  readonly partition: number
  readonly offset: bigint
}
const lettersAtOnce = 20_000

/** Earlier attempts to send letters, by letter: of replays here, and of the ledger as far as it was read. */
export const readAttempts = async (
  db: Database,
  connectionId: string,
  clusterId: string,
  letters: readonly SentFrom[],
): Promise<ReadonlyMap<bigint, EarlierAttempts>> => {
  const found = new Map<bigint, EarlierAttempts>()
  for (let from = 0; from < letters.length; from += lettersAtOnce) {
    const some = letters.slice(from, from + lettersAtOnce)
    for (const [id, one] of await readSomeAttempts(db, connectionId, clusterId, some)) found.set(id, one)
  }
  return found
}

const readSomeAttempts = async (
  db: Database,
  connectionId: string,
  clusterId: string,
  letters: readonly SentFrom[],
): Promise<ReadonlyMap<bigint, EarlierAttempts>> => {
  const { rows } = await db.pool.query<{
    id: string
    attempts: number
    is_elsewhere: boolean
    replay_number: number | null
    sent_by: string
    sent_at: Date | null
  }>(
    `SELECT n.id, greatest(o.attempt, e.attempt) AS attempts, f.attempt IS NOT NULL AS is_elsewhere,
       f.replay_number, f.sent_by, f.sent_at
     FROM unnest($3::bigint[], $4::text[], $5::int[], $6::bigint[]) AS n(id, topic_id, partition, "offset")
     LEFT JOIN LATERAL (
       SELECT max(i.attempt) AS attempt FROM replay_item i JOIN replay r ON r.id = i.replay_id
       WHERE i.letter_id = n.id AND r.number IS NOT NULL AND i.outcome NOT IN ('PENDING', 'FAILED', 'SKIPPED')) o ON true
     LEFT JOIN LATERAL (
       SELECT max(l.attempt) AS attempt FROM ledger_entry l
       WHERE l.connection_id = $1 AND l.cluster_id = $2 AND l.topic_id = n.topic_id AND l.partition = n.partition
         AND l."offset" = n."offset") e ON true
     LEFT JOIN LATERAL (
       SELECT l.attempt, l.replay_number, l.sent_by, l.sent_at FROM ledger_entry l
       WHERE e.attempt IS NOT NULL AND l.connection_id = $1 AND l.cluster_id = $2 AND l.topic_id = n.topic_id
         AND l.partition = n.partition AND l."offset" = n."offset"
         AND NOT EXISTS (SELECT FROM replay r WHERE r.id::text = l.replay_id) ORDER BY l.attempt DESC LIMIT 1) f ON true
     WHERE o.attempt IS NOT NULL OR e.attempt IS NOT NULL`,
    [
      connectionId,
      clusterId,
      letters.map(({ id }) => id.toString()),
      letters.map(({ topicId }) => topicId),
      letters.map(({ partition }) => partition),
      letters.map(({ offset }) => offset.toString()),
    ],
  )
  return new Map(
    rows.map((row) => [
      BigInt(row.id),
      {
        attempts: row.attempts,
        elsewhere: row.is_elsewhere
          ? { replayNumber: row.replay_number, by: row.sent_by, atMs: row.sent_at?.getTime() ?? 0 }
          : null,
      },
    ]),
  )
}
