import type { Outcome } from '#server/contracts/replays.ts'
import { canaryItems, type StepItem } from '#server/domain/canary-steps.ts'
import { sayMany } from '#server/domain/say-amounts.ts'
import { recordAudit } from './audit.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import { isOfCopy, isReturn, isSameError, neverSent } from './returned-copies.ts'
import type { Transaction } from './run-in-transaction.ts'

/** The first items of replays that were not left out on purpose, in the order of sending: those that decide a canary. */
export const readFirstItems = async (
  client: Transaction,
  replayIds: readonly string[],
): Promise<ReadonlyMap<string, readonly StepItem[]>> => {
  const { rows } = await client.query<{
    id: string
    seq: number
    outcome: Outcome
    sent_at: Date | null
    outcome_at: Date | null
  }>(
    `SELECT r.id, i.* FROM unnest($1::uuid[]) AS r(id) CROSS JOIN LATERAL (
       SELECT seq, outcome, sent_at, outcome_at FROM replay_item
       WHERE replay_id = r.id AND outcome <> 'SKIPPED' ORDER BY seq LIMIT $2) i ORDER BY r.id, i.seq`,
    [replayIds, canaryItems],
  )
  return new Map(
    [...Map.groupBy(rows, ({ id }) => id)].map(([id, list]) => [
      id,
      list.map((row) => ({
        seq: row.seq,
        outcome: row.outcome,
        sentAtMs: row.sent_at?.getTime() ?? null,
        outcomeAtMs: row.outcome_at?.getTime() ?? null,
      })),
    ]),
  )
}

/** How many items of a replay are yet to be sent, and how many copies are sent and not yet consumed by which groups. */
export const countUnsent = async (
  client: Transaction,
  replayId: string,
): Promise<{ readonly unsent: number; readonly inFlight: number; readonly groups: readonly string[] }> => {
  const { rows } = await client.query<{ unsent: number; in_flight: number; groups: string[] | null }>(
    `SELECT count(*) FILTER (WHERE outcome = 'PENDING')::int AS unsent, count(*) FILTER (WHERE outcome = 'SENT')::int AS in_flight,
       array_agg(DISTINCT reader_group) FILTER (WHERE outcome = 'SENT' AND reader_group IS NOT NULL) AS groups
     FROM replay_item WHERE replay_id = $1 AND outcome IN ('PENDING', 'SENT')`,
    [replayId],
  )
  const [row] = rows
  return { unsent: row?.unsent ?? 0, inFlight: row?.in_flight ?? 0, groups: row?.groups ?? [] }
}

/** A copy of a replay that came back. */
export type Return = {
  readonly keyText: string | null
  readonly sourceLetterId: bigint
  /** The copy as a dead letter; null where that is not indexed any more. */
  readonly letterId: bigint | null
  readonly topic: string
  readonly errorClass: string | null
  readonly sameError: boolean
}

/** The first copy of a replay that came back, by its outcome or by the letters that the index has read; null: none. */
export const findFirstReturn = async (db: Database, replayId: string): Promise<Return | null> => {
  const { rows } = await db.pool.query<{
    key_text: string | null
    source_letter: string
    letter: string | null
    topic: string
    error_class: string | null
    same: boolean
  }>(
    `SELECT i.key_text, i.letter_id AS source_letter, l.id AS letter, coalesce(l.topic, i.source_topic) AS topic,
            coalesce(l.root_cause, l.error_class) AS error_class,
            ${isSameError} AS same
     FROM replay_item i
     LEFT JOIN dead_letter l ON l.replay_item_id = i.id AND ${isOfCopy} AND ${isReturn}
     LEFT JOIN dead_letter before ON before.id = i.letter_id
     WHERE i.replay_id = $1
       AND (i.outcome = 'RETURNED' OR (i.outcome NOT IN ${neverSent} AND l.id IS NOT NULL))
     ORDER BY l.id NULLS LAST, i.seq LIMIT 1`,
    [replayId],
  )
  const [row] = rows
  return row
    ? {
        keyText: row.key_text,
        sourceLetterId: BigInt(row.source_letter),
        letterId: row.letter === null ? null : BigInt(row.letter),
        topic: row.topic,
        errorClass: row.error_class,
        sameError: row.same,
      }
    : null
}

/**
 * Ends the sending of a replay because a copy came back, under its lease: what was not begun is left out, and the audit
 * tells why, all or nothing. Answers how many letters were left out; null when it does not send any more, or has sent all.
 */
export const stopByReturn = (
  db: Database,
  replay: { readonly id: string; readonly number: number | null; readonly connectionId: string },
  because: string,
  letterId: bigint | null,
  lease: LeaseProof,
): Promise<number | null> =>
  runUnderLease(db, lease, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE replay SET state = 'cancelling', failure = NULL WHERE id = $1 AND state IN ('running', 'paused')
         AND EXISTS (SELECT FROM replay_item WHERE replay_id = $1 AND outcome = 'PENDING')`,
      [replay.id],
    )
    if (rowCount !== 1) return null
    const skipped = await client.query(
      `UPDATE replay_item SET outcome = 'SKIPPED', proof = $2, outcome_at = now()
       WHERE replay_id = $1 AND outcome = 'PENDING' AND intent_from IS NULL`,
      [replay.id, `not sent: ${because}`],
    )
    await client.query(
      `UPDATE replay_control SET stopped_at = now(), stopped_by = 'canary', stopped_because = $2, stopped_letter_id = $3,
         waits_for = NULL, paused_at = NULL, paused_by = NULL WHERE replay_id = $1`,
      [replay.id, because, letterId?.toString() ?? null],
    )
    await recordAudit(client, {
      actor: 'worker',
      action: 'stop replay',
      target: replay.id,
      connectionId: replay.connectionId,
      result: 'allowed',
      detail: `replay ${replay.number} stopped by its canary, ${sayMany(skipped.rowCount ?? 0, 'letter')} not sent: ${because}`,
      about: [
        { kind: 'replay', id: replay.id },
        ...(letterId === null ? [] : [{ kind: 'dead-letter' as const, id: letterId.toString() }]),
      ],
    })
    return skipped.rowCount ?? 0
  })

/** When the letters of a plan died that may be sent, by dead-letter topic: the first and the last. */
export const readDeathsOfItems = async (
  db: Database,
  replayId: string,
): Promise<readonly { readonly topic: string; readonly firstMs: number; readonly lastMs: number }[]> => {
  const { rows } = await db.pool.query<{ topic: string; first: Date; last: Date }>(
    `SELECT i.source_topic AS topic, min(l.died_at) AS first, max(l.died_at) AS last
     FROM replay_item i JOIN dead_letter l ON l.id = i.letter_id
     WHERE i.replay_id = $1 AND i.outcome = 'PENDING' GROUP BY 1`,
    [replayId],
  )
  return rows.map(({ topic, first, last }) => ({ topic, firstMs: first.getTime(), lastMs: last.getTime() }))
}
