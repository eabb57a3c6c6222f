import { type ContinuedStep, type ReplayControl, uncontrolled } from '#server/domain/replay-control.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import type { Transaction } from './run-in-transaction.ts'

type Row = Awaited<ReturnType<Database['prisma']['replayControl']['findUniqueOrThrow']>>

const controlOf = (row: Row): ReplayControl => ({
  bytesPerSecond: row.bytesPerSecond,
  maxInFlight: row.maxInFlight,
  canary: row.canary,
  openStep: row.openStep,
  continued: row.continued as unknown as ContinuedStep[],
  startAtMs: row.startAt?.getTime() ?? null,
  paused: row.pausedAt === null ? null : { by: row.pausedBy ?? '', atMs: row.pausedAt.getTime() },
  pacedUntilMs: row.pacedUntil?.getTime() ?? null,
  waitsFor: row.waitsFor,
  stopped:
    row.stoppedAt === null
      ? null
      : {
          by: row.stoppedBy ?? '',
          atMs: row.stoppedAt.getTime(),
          because: row.stoppedBecause ?? '',
          letterId: row.stoppedLetterId,
        },
})

/** How replays are paced and steered, by id. */
export const readControls = async (
  db: Database,
  replayIds: readonly string[],
): Promise<ReadonlyMap<string, ReplayControl>> =>
  new Map(
    (await db.prisma.replayControl.findMany({ where: { replayId: { in: [...replayIds] } } })).map((row) => [
      row.replayId,
      controlOf(row),
    ]),
  )

/** How one replay is paced and steered. */
export const readControl = async (db: Database, replayId: string): Promise<ReplayControl> =>
  (await readControls(db, [replayId])).get(replayId) ?? uncontrolled

/** Keeps how a replay is to be paced and steered, with its start. One for a later time waits as `scheduled`. */
export const insertControl = async (
  client: Transaction,
  replayId: string,
  {
    bytesPerSecond,
    maxInFlight,
    canary,
    startAtMs,
  }: Pick<ReplayControl, 'bytesPerSecond' | 'maxInFlight' | 'canary' | 'startAtMs'>,
): Promise<void> => {
  await client.query(
    `INSERT INTO replay_control (replay_id, bytes_per_second, max_in_flight, canary, start_at) VALUES ($1, $2, $3, $4, $5)`,
    [replayId, bytesPerSecond, maxInFlight, canary, startAtMs === null ? null : new Date(startAtMs)],
  )
  if (startAtMs !== null)
    await client.query(`UPDATE replay SET state = 'scheduled' WHERE id = $1 AND state = 'running'`, [
      replayId,
    ])
}

/** Pauses a replay that sends. False when it does not. */
export const markPaused = async (client: Transaction, replayId: string, by: string): Promise<boolean> => {
  const { rowCount } = await client.query(
    `UPDATE replay SET state = 'paused', failure = NULL WHERE id = $1 AND state = 'running'`,
    [replayId],
  )
  if (rowCount !== 1) return false
  await client.query(
    `INSERT INTO replay_control AS c (replay_id, paused_at, paused_by) VALUES ($1, now(), $2)
     ON CONFLICT (replay_id) DO UPDATE SET paused_at = now(), paused_by = excluded.paused_by, waits_for = NULL`,
    [replayId, by],
  )
  return true
}

/** Goes on with a paused replay. False when it is not paused. */
export const markResumed = async (client: Transaction, replayId: string): Promise<boolean> => {
  const { rowCount } = await client.query(
    `UPDATE replay SET state = 'running' WHERE id = $1 AND state = 'paused'`,
    [replayId],
  )
  if (rowCount !== 1) return false
  await client.query('UPDATE replay_control SET paused_at = NULL, paused_by = NULL WHERE replay_id = $1', [
    replayId,
  ])
  return true
}

/** Notes who stopped a replay before all was sent; what stopped it first stays. */
export const noteStopped = async (client: Transaction, replayId: string, by: string): Promise<void> => {
  await client.query(
    `INSERT INTO replay_control AS c (replay_id, stopped_at, stopped_by, stopped_because) VALUES ($1, now(), $2, 'an operator stopped it')
     ON CONFLICT (replay_id) DO UPDATE SET waits_for = NULL, stopped_at = coalesce(c.stopped_at, excluded.stopped_at),
       stopped_by = coalesce(c.stopped_by, excluded.stopped_by), stopped_because = coalesce(c.stopped_because, excluded.stopped_because)`,
    [replayId, by],
  )
}

/** Begins a scheduled replay: its time is kept as it was planned. False when it is not scheduled any more. */
export const markBegun = async (client: Transaction, replayId: string): Promise<boolean> => {
  const { rowCount } = await client.query(
    `UPDATE replay SET state = 'running', started_at = now() WHERE id = $1 AND state = 'scheduled'`,
    [replayId],
  )
  return rowCount === 1
}

/** Opens the next step of a canary by an operator's word, once: false when the step that was seen is not open any more. */
export const openNextStep = async (
  client: Transaction,
  replayId: string,
  continued: Omit<ContinuedStep, 'atMs'>,
  atMs: number,
): Promise<boolean> => {
  const { rowCount } = await client.query(
    `UPDATE replay_control SET open_step = open_step + 1, waits_for = NULL, continued = (continued::jsonb || $3::jsonb)::json
     WHERE replay_id = $1 AND open_step = $2 AND canary`,
    [replayId, continued.step, JSON.stringify([{ ...continued, atMs }])],
  )
  return rowCount === 1
}

/** Notes which step of a canary is open, under the replay's lease: it only grows. */
export const setOpenStep = async (
  db: Database,
  replayId: string,
  step: number,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, (client) =>
    client.query('UPDATE replay_control SET open_step = greatest(open_step, $2) WHERE replay_id = $1', [
      replayId,
      step,
    ]),
  )
}

/** Notes what its own settings keep a replay waiting for, or nothing (null), under its lease. */
export const setWaitsFor = async (
  db: Database,
  replayId: string,
  waitsFor: string | null,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, (client) =>
    client.query('UPDATE replay_control SET waits_for = $2 WHERE replay_id = $1', [replayId, waitsFor]),
  )
}

/** Keeps until when the pace is used up, under the replay's lease: also for who takes the replay over. */
export const setPacedUntil = async (
  db: Database,
  replayId: string,
  untilMs: number,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, (client) =>
    client.query('UPDATE replay_control SET paced_until = $2 WHERE replay_id = $1', [
      replayId,
      new Date(untilMs),
    ]),
  )
}
