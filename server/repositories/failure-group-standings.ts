import type { GroupStanding, KeptState, Regression } from '#server/domain/failure-group-state.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

export type LockedGroup = {
  readonly standing: GroupStanding
  readonly letters: number
  readonly assignee: string | null
  /** The time of the database, which changes of the state are kept by. */
  readonly nowMs: number
}

export type GroupEvent = {
  readonly id: string
  readonly atMs: number
  readonly actor: string
  readonly kind: 'state' | 'assignee' | 'note' | 'regression' | 'letters' | 'grouping'
  readonly text: string
}

const timeOf = (ms: number | null): Date | null => (ms === null ? null : new Date(ms))

/** A failure group held until the transaction ends, so that nobody else decides on it meanwhile; null: there is none. */
export const lockFailureGroup = async (
  transaction: Transaction,
  connectionId: string,
  id: string,
): Promise<LockedGroup | null> => {
  const { rows } = await transaction.query<{
    state: string
    state_by: string | null
    state_at: Date | null
    letters: string
    assignee: string | null
    mute_past: string | null
    mute_after: Date | null
    regression: Regression | null
    now: Date
  }>(
    `SELECT state, state_by, state_at, letters, assignee, mute_past, mute_after, regression, now()::timestamptz(3) AS now
     FROM failure_group WHERE connection_id = $1 AND id = $2 FOR UPDATE`,
    [connectionId, id],
  )
  const [row] = rows
  if (!row) return null
  return {
    standing: {
      state: row.state as KeptState,
      by: row.state_by,
      atMs: row.state_at?.getTime() ?? null,
      mute: row.state === 'muted' ? muteOf(row.mute_past, row.mute_after) : null,
      regression: row.regression,
    },
    letters: Number(row.letters),
    assignee: row.assignee,
    nowMs: row.now.getTime(),
  }
}

/** Terms of a mute as the database keeps them. */
export const muteOf = (
  past: bigint | string | null,
  after: Date | null,
): NonNullable<GroupStanding['mute']> => ({
  pastLetters: past === null ? null : Number(past),
  untilMs: after?.getTime() ?? null,
})

/** Writes the standing of a failure group that the transaction holds. */
export const writeStanding = async (
  transaction: Transaction,
  id: string,
  { state, by, atMs, mute, regression }: GroupStanding,
): Promise<void> => {
  await transaction.query(
    `UPDATE failure_group SET state = $2, state_by = $3, state_at = $4, mute_past = $5, mute_after = $6, regression = $7
     WHERE id = $1`,
    [
      id,
      state,
      by,
      timeOf(atMs),
      mute?.pastLetters ?? null,
      timeOf(mute?.untilMs ?? null),
      regression === null ? null : JSON.stringify(regression),
    ],
  )
}

/** Writes who works on a failure group that the transaction holds. */
export const writeAssignee = async (
  transaction: Transaction,
  id: string,
  assignee: string | null,
): Promise<void> => {
  await transaction.query('UPDATE failure_group SET assignee = $2 WHERE id = $1', [id, assignee])
}

/** Adds to what has happened to a failure group. */
export const writeGroupEvent = async (
  transaction: Transaction,
  id: string,
  { actor, kind, text }: Pick<GroupEvent, 'actor' | 'kind' | 'text'>,
): Promise<void> => {
  await transaction.query(
    'INSERT INTO failure_group_event (failure_group_id, actor, kind, text) VALUES ($1, $2, $3, $4)',
    [id, actor, kind, text],
  )
}

/** What has happened to failure groups, newest first. */
export const listGroupEvents = async (
  db: Database,
  ids: readonly string[],
  limit = 100,
): Promise<GroupEvent[]> => {
  const rows = await db.prisma.failureGroupEvent.findMany({
    where: { failureGroupId: { in: [...ids] } },
    orderBy: { id: 'desc' },
    take: limit,
  })
  return rows.map((row) => ({
    id: row.id.toString(),
    atMs: row.at.getTime(),
    actor: row.actor,
    kind: row.kind as GroupEvent['kind'],
    text: row.text,
  }))
}
