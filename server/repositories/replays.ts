import type { ReplayPlan } from '#server/contracts/replays.ts'
import { recordAudit } from './audit.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import { holdReplays, skipDisposed } from './letter-dispositions.ts'
import { keepSentOrigins, skipSentKin } from './letter-kin.ts'
import { isSameTarget } from './replay-clusters.ts'
import { readOutcomeFacts } from './replay-lines.ts'
import { isOfCopy, isReturn } from './returned-copies.ts'
import type { Transaction } from './run-in-transaction.ts'
import { runUnhurried } from './run-unhurried.ts'

/** What a plan keeps beside its items: what the operator saw. */
export type StoredPlan = Omit<
  ReplayPlan,
  'planId' | 'started' | 'readers' | 'guarantee' | 'sending' | 'resent' | 'quietMs' | 'expiry' | 'edit'
> & {
  readonly readers: readonly Omit<ReplayPlan['readers'][number], 'reads'>[]
  /** Missing in plans that were made before copies were sent in transactions. */
  readonly sending?: ReplayPlan['sending']
  readonly resent?: number
  /** All letters that were chosen, also those that were refused; by `packIds`. */
  readonly selected?: { readonly letterIds: readonly string[] }
}

export type ReplayRecord = {
  readonly id: string
  readonly number: number | null
  readonly connectionId: string
  readonly state: string
  readonly title: string
  readonly failureGroupId: string | null
  readonly targets: readonly string[]
  /** Where copies are written; null: to the connection of the letters. */
  readonly targetConnectionId: string | null
  /** Whether that is another cluster than the letters'. */
  readonly isElsewhere: boolean
  readonly pacePerSecond: number
  readonly reason: string
  readonly startedBy: string
  readonly plan: StoredPlan
  readonly createdAtMs: number
  readonly startedAtMs: number | null
  readonly finishedAtMs: number | null
  /** Why it does not go on at present. */
  readonly failure: string | null
  /** What it had to give up on. */
  readonly loss: string | null
  /** How its copies are sent, and why not in transactions; null before that was decided. */
  readonly sending: { readonly mode: SendingMode; readonly why: string | null } | null
  /** Id of the ledger that its copies are noted in; null before the first, and where topics have no ids. */
  readonly ledgerTopicId: string | null
  /** Copies of aborted transactions that readers of uncommitted messages may have seen. */
  readonly abortedCopies: number
  /** How long a consumed copy must not be seen again, and why so; null before outcomes are followed. */
  readonly quiet: { readonly quietMs: number; readonly why: string } | null
}

/** In Kafka transactions with the ledger, or by an idempotent producer that looks for copies after a crash. */
export type SendingMode = 'transactions' | 'at-least-once'

export type NewReplayItem = {
  readonly letterId: bigint
  readonly sourceTopic: string
  readonly sourcePartition: number
  readonly sourceOffset: bigint
  /** The topic that the letter was indexed from; null: not known. */
  readonly sourceTopicId: string | null
  readonly keyText: string | null
  readonly targetTopic: string
  readonly targetPartition: number | null
  readonly readerGroup: string | null
  readonly traceId: string | null
  /** From 1 on: how often the letter was meant to be sent, this time included. */
  readonly attempt: number
  /** The letter lacks what died: its copy is made of the origin record. */
  readonly rehydrated: boolean
  /** The trace that its copy begins; null: it goes on in the old one, if there is one. */
  readonly copyTraceId: string | null
}

type Row = Awaited<ReturnType<Database['prisma']['replay']['findUniqueOrThrow']>>

const recordOf = (row: Row): ReplayRecord => ({
  id: row.id,
  number: row.number,
  connectionId: row.connectionId,
  state: row.state,
  title: row.title,
  failureGroupId: row.failureGroupId,
  targets: row.targets,
  targetConnectionId: row.targetConnectionId,
  isElsewhere: row.targetClusterId !== row.clusterId,
  pacePerSecond: row.pacePerSecond,
  reason: row.reason,
  startedBy: row.startedBy,
  plan: row.plan as unknown as StoredPlan,
  createdAtMs: row.createdAt.getTime(),
  startedAtMs: row.startedAt?.getTime() ?? null,
  finishedAtMs: row.finishedAt?.getTime() ?? null,
  failure: row.failure,
  loss: row.loss,
  sending: row.sending === null ? null : { mode: row.sending as SendingMode, why: row.sendingWhy },
  ledgerTopicId: row.ledgerTopicId,
  abortedCopies: row.abortedCopies,
  quiet: row.quietMs === null ? null : { quietMs: row.quietMs, why: row.quietWhy ?? '' },
})

/** A replay or plan of a connection, or null. Ids that are no UUID are nobody's. */
export const findReplay = async (
  db: Database,
  connectionId: string,
  id: string,
): Promise<ReplayRecord | null> => {
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(id)) return null
  const row = await db.prisma.replay.findFirst({ where: { id, connectionId } })
  return row ? recordOf(row) : null
}

/** Started replays, newest first, from below `beforeNumber` on, at most `limit`. */
export const listStartedReplays = async (
  db: Database,
  connectionId: string,
  limit: number,
  beforeNumber: number | null,
): Promise<readonly ReplayRecord[]> =>
  (
    await db.prisma.replay.findMany({
      where: { connectionId, number: { not: null, ...(beforeNumber === null ? {} : { lt: beforeNumber }) } },
      orderBy: { number: 'desc' },
      take: limit,
    })
  ).map(recordOf)

/** Replays with work left for a worker: sending, outcomes still open, or a copy that came back after its outcome. */
export const listOpenReplayIds = async (db: Database): Promise<readonly string[]> => {
  const { rows } = await db.pool.query<{ id: string }>(
    `SELECT id FROM replay WHERE state IN ('running', 'paused', 'cancelling', 'following')
     UNION SELECT r.id FROM replay r JOIN replay_control c ON c.replay_id = r.id
       WHERE r.state = 'scheduled' AND c.start_at <= now()
     UNION SELECT r.id FROM replay r WHERE r.state = 'cancelled' AND r.finished_at > now() - interval '1 day'
       AND EXISTS (SELECT FROM replay_item i WHERE i.replay_id = r.id AND i.outcome IN ('SENT', 'CONSUMED', 'RETRYING'))
     UNION SELECT i.replay_id FROM dead_letter l JOIN replay_item i ON i.id = l.replay_item_id
       WHERE l.replay_item_id IS NOT NULL AND i.outcome IN ('SETTLED', 'UNKNOWN') AND ${isOfCopy} AND ${isReturn}`,
  )
  return rows.map(({ id }) => id)
}

/** A replay by its id alone, for the worker. */
export const readReplay = async (db: Database, id: string): Promise<ReplayRecord | null> => {
  const row = await db.prisma.replay.findUnique({ where: { id } })
  return row ? recordOf(row) : null
}

/** The state of a replay alone, null when it is gone: asked before each batch of a stream. */
export const readReplayState = async (db: Database, id: string): Promise<string | null> => {
  const { rows } = await db.pool.query<{ state: string }>('SELECT state FROM replay WHERE id = $1', [id])
  return rows[0]?.state ?? null
}

/**
 * Starts a plan, once: a second start finds it started and changes nothing. Letters that another replay has taken since
 * the plan was made are left out: starts of one connection wait for each other, so that no letter is sent by two. What
 * was settled on another cluster does not keep it from this one.
 * Answers whether this call started it.
 */
export const markStarted = async (
  client: Transaction,
  connectionId: string,
  id: string,
  by: string,
  pacePerSecond: number,
  reason: string,
): Promise<boolean> => {
  await holdReplays(client, connectionId)
  const { rowCount } = await client.query(
    `UPDATE replay SET state = 'running', number = nextval('replay_number'), started_at = now(), started_by = $2, pace_per_second = $3, reason = $4
       WHERE id = $1 AND state = 'planned'`,
    [id, by, pacePerSecond, reason],
  )
  if (rowCount !== 1) return false
  await client.query(
    `UPDATE replay_item AS mine SET outcome = 'SKIPPED', outcome_at = now(), proof = 'not sent: replay #' || taken.number || ' took it first'
       FROM (
         SELECT other.letter_id, max(replay.number) AS number
         FROM replay_item AS other JOIN replay ON replay.id = other.replay_id
         WHERE other.letter_id IN (SELECT letter_id FROM replay_item WHERE replay_id = $1)
           AND replay.id <> $1 AND replay.number IS NOT NULL
           AND (other.outcome IN ('PENDING', 'SENT', 'CONSUMED', 'RETRYING')
             OR (other.outcome = 'SETTLED' AND EXISTS (SELECT FROM replay me WHERE me.id = $1 AND ${isSameTarget('replay', 'me')}))
             -- The plan has warned of what was so when it was made, and of nothing that came of a later replay.
             OR (other.outcome IN ('RETURNED', 'UNKNOWN') AND replay.started_at > (SELECT created_at FROM replay WHERE id = $1)))
         GROUP BY other.letter_id
       ) AS taken
       WHERE mine.replay_id = $1 AND mine.letter_id = taken.letter_id`,
    [id],
  )
  await skipDisposed(client, id)
  await skipSentKin(client, id)
  await keepSentOrigins(client, id)
  return true
}

/** Asks a replay that has not sent all to stop. False when there is nothing left to stop. */
export const markCancelling = async (client: Transaction, id: string): Promise<boolean> => {
  const { rowCount } = await client.query(
    `UPDATE replay SET state = 'cancelling' WHERE id = $1 AND state IN ('scheduled', 'running', 'paused')`,
    [id],
  )
  return rowCount === 1
}

/** Moves a replay to another state under its lease. `finished` sets the time of its end, which the audit tells, once. */
export const setReplayState = async (
  db: Database,
  id: string,
  state: string,
  lease: LeaseProof,
  finished = false,
): Promise<void> => {
  await runUnderLease(db, lease, async (client) => {
    const { rows } = await client.query<{ connection_id: string; number: number }>(
      'SELECT connection_id, number FROM replay WHERE id = $1 AND finished_at IS NULL',
      [id],
    )
    await client.query(
      `UPDATE replay SET state = $2, failure = NULL, finished_at = CASE WHEN $3 THEN coalesce(finished_at, now()) ELSE finished_at END WHERE id = $1`,
      [id, state, finished],
    )
    const [ended] = finished ? rows : []
    if (ended) await tellOfEnd(client, id, state, ended.connection_id, ended.number)
  })
}

/** What came of a replay, in the audit. */
const tellOfEnd = async (
  client: Transaction,
  id: string,
  state: string,
  connectionId: string,
  number: number,
): Promise<void> => {
  const outcome = await readOutcomeFacts(client, id)
  const counts = Object.entries(outcome).flatMap(([name, count]) =>
    typeof count === 'number' ? [`${count} ${name}`] : [],
  )
  await recordAudit(client, {
    actor: 'worker',
    action: 'end replay',
    target: id,
    connectionId,
    result: state === 'failed' ? 'failed' : 'allowed',
    detail: `replay ${number} is ${state}: ${counts.join(', ')}`,
    about: [{ kind: 'replay', id }],
    facts: { outcome: { state, ...outcome } },
  })
}

/** Decides for good how a replay's copies are sent, under its lease. */
export const setSending = async (
  db: Database,
  id: string,
  { mode, why }: NonNullable<ReplayRecord['sending']>,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, (client) =>
    client.query('UPDATE replay SET sending = $2, sending_why = $3 WHERE id = $1', [id, mode, why]),
  )
}

/** Notes in which ledger a replay's copies are noted, under its lease, which is proven even where that is known. */
export const noteLedger = async (
  db: Database,
  id: string,
  ledgerTopicId: string | null,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, (client) =>
    client.query('UPDATE replay SET ledger_topic_id = $2 WHERE id = $1 AND ledger_topic_id IS NULL', [
      id,
      ledgerTopicId,
    ]),
  )
}

/** Keeps how long a replay's consumed copies must not be seen again, under its lease. */
export const setQuietPeriod = async (
  db: Database,
  id: string,
  { quietMs, why }: NonNullable<ReplayRecord['quiet']>,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, (client) =>
    client.query('UPDATE replay SET quiet_ms = $2, quiet_why = $3 WHERE id = $1', [
      id,
      Math.min(quietMs, 2_147_483_647),
      why,
    ]),
  )
}

/** Adds a sentence about what a replay had to give up on, under its lease. */
export const addReplayLoss = async (
  db: Database,
  id: string,
  sentence: string,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, (client) =>
    client.query(`UPDATE replay SET loss = concat_ws('; ', loss, $2::text) WHERE id = $1`, [id, sentence]),
  )
}

/** Notes why sending does not go on at present, or that it does (null), under its lease. */
export const setReplayFailure = async (
  db: Database,
  id: string,
  failure: string | null,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, (client) =>
    client.query('UPDATE replay SET failure = $2 WHERE id = $1 AND failure IS DISTINCT FROM $2', [
      id,
      failure,
    ]),
  )
}

const plansAtOnce = 50

/**
 * Deletes plans with their items that were made so long ago and never started. Edits that wait for a second person on one
 * of `waiting.connectionIds` are kept for longer, and those that were decided on for so long after that. Answers how many.
 */
export const deleteOldPlans = (
  db: Database,
  olderThanMs: number,
  waiting: { readonly connectionIds: readonly string[]; readonly keptMs: number },
): Promise<number> =>
  runUnhurried(db, async (client) => {
    // In pieces, because a plan may have many items.
    for (let deleted = 0; ; ) {
      const { rowCount } = await client.query(
        `DELETE FROM replay WHERE state = 'planned' AND id IN (
           SELECT r.id FROM replay r LEFT JOIN letter_edit e ON e.replay_id = r.id
           WHERE r.state = 'planned' AND r.created_at < now() - $1::float8 * interval '1 millisecond'
             AND (e.decided_at IS NULL OR e.decided_at < now() - $1::float8 * interval '1 millisecond')
             AND (e.replay_id IS NULL OR e.decision IS NOT NULL OR r.connection_id <> ALL($3::text[])
               OR e.edited_at < now() - $4::float8 * interval '1 millisecond') LIMIT $2)`,
        [olderThanMs, plansAtOnce, waiting.connectionIds, waiting.keptMs],
      )
      deleted += rowCount ?? 0
      if ((rowCount ?? 0) < plansAtOnce) return deleted
    }
  })
