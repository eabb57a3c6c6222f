import type { GroupingRule, Regrouping } from '#server/contracts/failure-grouping.ts'
import type { Database } from './database.ts'
import type { LetterFlow } from './move-letters.ts'
import type { Transaction } from './run-in-transaction.ts'

export type RegroupingRecord = {
  readonly id: bigint
  readonly kind: Regrouping['kind']
  /** Groups whose letters it looks through; none for all. */
  readonly groups: readonly string[]
  readonly rules: readonly GroupingRule[] | null
  readonly rulesBefore: readonly GroupingRule[] | null
  readonly groupsBefore: readonly string[]
  readonly upTo: bigint
  readonly position: bigint
  readonly total: number
  readonly looked: number
  readonly moved: number
  readonly gone: number
  readonly before: number | null
  readonly after: number | null
  readonly problem: string | null
  readonly startedBy: string
  readonly startedAtMs: number
  readonly finishedAtMs: number | null
}

type Row = Awaited<ReturnType<Database['prisma']['regrouping']['findMany']>>[number]

const recordOf = (row: Row): RegroupingRecord => ({
  id: row.id,
  kind: row.kind as RegroupingRecord['kind'],
  groups: row.groups,
  rules: row.rules as GroupingRule[] | null,
  rulesBefore: row.rulesBefore as GroupingRule[] | null,
  groupsBefore: row.groupsBefore,
  upTo: row.upTo,
  position: row.position,
  total: Number(row.total),
  looked: Number(row.looked),
  moved: Number(row.moved),
  gone: Number(row.gone),
  before: row.before,
  after: row.after,
  problem: row.problem,
  startedBy: row.startedBy,
  startedAtMs: row.startedAt.getTime(),
  finishedAtMs: row.finishedAt?.getTime() ?? null,
})

/** The re-grouping of a connection that is under way, or null. */
export const findRunningRegrouping = async (
  db: Database,
  connectionId: string,
): Promise<RegroupingRecord | null> => {
  const row = await db.prisma.regrouping.findFirst({ where: { connectionId, finishedAt: null } })
  return row && recordOf(row)
}

/** Connections with a re-grouping under way. */
export const listRegroupingConnections = async (db: Database): Promise<readonly string[]> => {
  const rows = await db.prisma.regrouping.findMany({
    where: { finishedAt: null },
    select: { connectionId: true },
    distinct: ['connectionId'],
  })
  return rows.map(({ connectionId }) => connectionId)
}

/** Changes of the rules, newest first, at most 10. */
export const listRuleChanges = async (
  db: Database,
  connectionId: string,
): Promise<readonly RegroupingRecord[]> => {
  const rows = await db.prisma.regrouping.findMany({
    where: { connectionId, kind: 'rules' },
    orderBy: { id: 'desc' },
    take: 10,
  })
  return rows.map(recordOf)
}

/** Whether a re-grouping is under way, seen by a transaction that holds the grouping; how far it is. */
export const findUnfinished = async (
  transaction: Transaction,
  connectionId: string,
): Promise<{ readonly looked: number; readonly total: number } | null> => {
  const { rows } = await transaction.query<{ looked: string; total: string }>(
    'SELECT looked, total FROM regrouping WHERE connection_id = $1 AND finished_at IS NULL',
    [connectionId],
  )
  return rows[0] ? { looked: Number(rows[0].looked), total: Number(rows[0].total) } : null
}

/**
 * Begins to re-group the letters that are indexed by now, those of `groups` or all; answers its id and how many letters
 * it has to look through. The transaction must hold the grouping.
 */
export const insertRegrouping = async (
  transaction: Transaction,
  connectionId: string,
  job: {
    readonly kind: Regrouping['kind']
    readonly groups: readonly string[]
    readonly by: string
    readonly rules?: readonly GroupingRule[]
    readonly rulesBefore?: readonly GroupingRule[]
  },
): Promise<{ readonly id: bigint; readonly total: number }> => {
  const { rows } = await transaction.query<{ id: string; total: string }>(
    `INSERT INTO regrouping (connection_id, kind, groups, rules, rules_before, groups_before, before, up_to, total, started_by)
     SELECT $1, $2, $3::text[], $4::jsonb, $5::jsonb,
       ARRAY(SELECT id FROM failure_group WHERE connection_id = $1 AND letters > 0),
       (SELECT count(*) FROM failure_group WHERE connection_id = $1 AND letters > 0 AND merged_into IS NULL),
       coalesce((SELECT max(id) FROM dead_letter), 0),
       coalesce((SELECT sum(letters) FROM failure_group
         WHERE connection_id = $1 AND (cardinality($3::text[]) = 0 OR id = ANY($3))), 0), $6
     RETURNING id, total`,
    [
      connectionId,
      job.kind,
      job.groups,
      job.rules === undefined ? null : JSON.stringify(job.rules),
      job.rulesBefore === undefined ? null : JSON.stringify(job.rulesBefore),
      job.by,
    ],
  )
  const [row] = rows
  if (!row) throw new Error('an insert answers its row')
  return { id: BigInt(row.id), total: Number(row.total) }
}

export type LetterToGroup = {
  readonly id: bigint
  readonly failureGroupId: string
  readonly homes: string | null
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly message: string | null
  readonly errorClass: string | null
  readonly rootCause: string | null
  readonly originTopic: string | null
  readonly group: string | null
  readonly convention: string
  /** Null: it was indexed before that was kept. */
  readonly errorKey: bigint | null
}

export type LetterToGroupRow = {
  readonly id: string
  readonly failure_group_id: string
  readonly homes: string | null
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly message: string | null
  readonly error_class: string | null
  readonly root_cause: string | null
  readonly origin_topic: string | null
  readonly consumer_group: string | null
  readonly convention: string
  readonly error_key: string | null
}
/** What of a letter its group follows from. */
export const letterToGroupColumns = `id, failure_group_id, homes, topic, partition, "offset", message, error_class, root_cause,
  origin_topic, consumer_group, convention, error_key`
/** A row of these columns. */
export const letterToGroupOf = (row: LetterToGroupRow): LetterToGroup => ({
  id: BigInt(row.id),
  failureGroupId: row.failure_group_id,
  homes: row.homes,
  topic: row.topic,
  partition: row.partition,
  offset: BigInt(row.offset),
  message: row.message,
  errorClass: row.error_class,
  rootCause: row.root_cause,
  originTopic: row.origin_topic,
  group: row.consumer_group,
  convention: row.convention,
  errorKey: row.error_key === null ? null : BigInt(row.error_key),
})

/** Letters that a re-grouping has not looked at yet, in the order of their ids. */
export const readLettersToGroup = async (
  db: { readonly pool: Transaction },
  connectionId: string,
  job: Pick<RegroupingRecord, 'groups' | 'position' | 'upTo'>,
  limit: number,
): Promise<readonly LetterToGroup[]> => {
  const { rows } = await db.pool.query<LetterToGroupRow>(
    `SELECT ${letterToGroupColumns} FROM dead_letter
     WHERE connection_id = $1 AND id > $2 AND id <= $3 AND (cardinality($4::text[]) = 0 OR failure_group_id = ANY($4))
     ORDER BY id LIMIT $5`,
    [connectionId, job.position.toString(), job.upTo.toString(), job.groups, limit],
  )
  return rows.map(letterToGroupOf)
}

/** Keeps how far a re-grouping has come, in the transaction that has moved the letters. */
export const writeProgress = async (
  transaction: Transaction,
  id: bigint,
  step: {
    readonly position: bigint
    readonly looked: number
    readonly gone: number
    readonly flows: readonly LetterFlow[]
  },
): Promise<void> => {
  const { position, looked, gone, flows } = step
  await transaction.query(
    `UPDATE regrouping SET position = $2, looked = looked + $3, gone = gone + $4, moved = moved + $5, problem = NULL
     WHERE id = $1`,
    [id.toString(), position.toString(), looked, gone, flows.reduce((sum, { letters }) => sum + letters, 0)],
  )
  if (flows.length > 0)
    await transaction.query(
      `INSERT INTO regrouping_flow AS f (regrouping_id, from_id, to_id, letters)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[])
       ON CONFLICT (regrouping_id, from_id, to_id) DO UPDATE SET letters = f.letters + excluded.letters`,
      [
        id.toString(),
        flows.map(({ from }) => from),
        flows.map(({ to }) => to),
        flows.map(({ letters }) => letters),
      ],
    )
}

/** Keeps why a re-grouping does not go on at present. */
export const writeRegroupingProblem = async (db: Database, id: bigint, problem: string): Promise<void> => {
  await db.prisma.regrouping.update({ where: { id }, data: { problem } })
}

/** All that a re-grouping has moved, most letters first. */
export const readFlows = async (transaction: Transaction, id: bigint): Promise<readonly LetterFlow[]> => {
  const { rows } = await transaction.query<{ from_id: string; to_id: string; letters: string }>(
    'SELECT from_id, to_id, letters FROM regrouping_flow WHERE regrouping_id = $1 ORDER BY letters DESC, to_id',
    [id.toString()],
  )
  return rows.map((row) => ({ from: row.from_id, to: row.to_id, letters: Number(row.letters) }))
}

/** Ends a re-grouping; answers how many groups there were before and are now. Trends counted before do not hold. */
export const finishRegrouping = async (
  transaction: Transaction,
  connectionId: string,
  id: bigint,
): Promise<{ readonly before: number; readonly after: number }> => {
  const { rows } = await transaction.query<{ before: number | null; after: number }>(
    `WITH counted AS (DELETE FROM failure_group_trend WHERE connection_id = $2)
     UPDATE regrouping SET finished_at = now(), problem = NULL, after = (
       SELECT count(*) FROM failure_group WHERE connection_id = $2 AND letters > 0 AND merged_into IS NULL)
     WHERE id = $1 RETURNING before, after`,
    [id.toString(), connectionId],
  )
  return { before: rows[0]?.before ?? 0, after: rows[0]?.after ?? 0 }
}
