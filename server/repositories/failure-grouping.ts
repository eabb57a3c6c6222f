import type { GroupingRule, SplitCondition } from '#server/contracts/failure-grouping.ts'
import {
  compileGrouping,
  type GroupChange,
  type Grouping,
  type KeptGrouping,
} from '#server/domain/failure-grouping.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

/** Thrown when letters were grouped by what does not hold any more: they are to be read anew. */
export class GroupingChangedError extends Error {
  override readonly name = 'GroupingChangedError'
}

/** Any number that no other lock of this database has; the second one is of the connection. */
const lockClass = 725_118
const lockOf = (mode: 'shared' | 'exclusive'): string =>
  `SELECT pg_advisory_xact_lock${mode === 'shared' ? '_shared' : ''}(${lockClass}, hashtext($1))`

/**
 * Until the transaction ends, nobody changes how letters are grouped. Throws `GroupingChangedError` when that is another
 * version by now.
 */
export const shareGrouping = async (
  transaction: Transaction,
  connectionId: string,
  version: bigint,
): Promise<void> => {
  await transaction.query(lockOf('shared'), [connectionId])
  if ((await readVersion(transaction, connectionId)) !== version)
    throw new GroupingChangedError('how letters are grouped was changed meanwhile')
}

/** Until the transaction ends, nobody writes letters of the connection or changes how they are grouped. */
export const holdGrouping = async (transaction: Transaction, connectionId: string): Promise<Grouping> => {
  await transaction.query(lockOf('exclusive'), [connectionId])
  return compileGrouping(await readKept(transaction, connectionId))
}

const readVersion = async (transaction: Transaction, connectionId: string): Promise<bigint> => {
  const { rows } = await transaction.query<{ version: string }>(
    'SELECT version FROM failure_grouping WHERE connection_id = $1',
    [connectionId],
  )
  return BigInt(rows[0]?.version ?? 0)
}

type ChangeRow = {
  readonly id: string
  readonly kind: 'merge' | 'split'
  readonly source: string
  readonly target: string
  readonly homes: readonly string[]
  readonly condition: SplitCondition | null
}

const readKept = async (transaction: Transaction, connectionId: string): Promise<KeptGrouping> => {
  // In one statement: a version and changes that are not its own would not be noticed.
  const { rows } = await transaction.query<{ version: string; rules: GroupingRule[]; changes: ChangeRow[] }>(
    `SELECT g.version, g.rules, (
       SELECT coalesce(json_agg(json_build_object('id', c.id::text, 'kind', c.kind, 'source', c.source_id,
         'target', c.target_id, 'homes', c.homes, 'condition', c.condition) ORDER BY c.id), '[]')
       FROM failure_group_change c WHERE c.connection_id = $1 AND c.undone_at IS NULL) AS changes
     FROM failure_grouping g WHERE g.connection_id = $1`,
    [connectionId],
  )
  const [row] = rows
  return {
    version: BigInt(row?.version ?? 0),
    rules: row?.rules ?? [],
    changes: (row?.changes ?? []).map((one): GroupChange => ({ ...one, id: BigInt(one.id) })),
  }
}

const compiled = new WeakMap<Database, Map<string, Grouping>>()

/** By what letters of a connection become failure groups now. */
export const readGrouping = async (db: Database, connectionId: string): Promise<Grouping> => {
  const known = compiled.get(db)?.get(connectionId)
  if (known && (await readVersion(db.pool, connectionId)) === known.version) return known
  const grouping = compileGrouping(await readKept(db.pool, connectionId))
  const ofDatabase = compiled.get(db) ?? new Map<string, Grouping>()
  compiled.set(db, ofDatabase.set(connectionId, grouping))
  return grouping
}

/** Grows the version, with other rules where they are given, of a grouping that the transaction holds. */
export const writeGrouping = async (
  transaction: Transaction,
  connectionId: string,
  rules: readonly GroupingRule[] | null,
): Promise<void> => {
  await transaction.query(
    `INSERT INTO failure_grouping AS g (connection_id, version, rules) VALUES ($1, 1, coalesce($2::jsonb, '[]'))
     ON CONFLICT (connection_id) DO UPDATE SET version = g.version + 1, rules = coalesce($2::jsonb, g.rules)`,
    [connectionId, rules === null ? null : JSON.stringify(rules)],
  )
}

/** Keeps a merge or split; answers its id. */
export const insertGroupChange = async (
  transaction: Transaction,
  connectionId: string,
  change: Omit<GroupChange, 'id'> & { readonly by: string; readonly facts: unknown },
): Promise<bigint> => {
  const { kind, source, target, homes, condition, by, facts } = change
  const { rows } = await transaction.query<{ id: string }>(
    `INSERT INTO failure_group_change (connection_id, kind, source_id, target_id, homes, condition, facts, made_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
    [
      connectionId,
      kind,
      source,
      target,
      homes,
      condition === null ? null : JSON.stringify(condition),
      facts === null ? null : JSON.stringify(facts),
      by,
    ],
  )
  return BigInt(rows[0]?.id ?? 0)
}

/** Takes a change back; answers what was kept for that. */
export const markChangeUndone = async (
  transaction: Transaction,
  id: bigint,
  by: string,
): Promise<unknown> => {
  const { rows } = await transaction.query<{ facts: unknown }>(
    'UPDATE failure_group_change SET undone_by = $2, undone_at = now() WHERE id = $1 RETURNING facts',
    [id.toString(), by],
  )
  return rows[0]?.facts ?? null
}

export type GroupChangeRecord = {
  readonly id: string
  readonly kind: 'merge' | 'split'
  readonly source: string
  readonly target: string
  readonly condition: SplitCondition | null
  readonly by: string
  readonly atMs: number
  /** Class and frame of the other of the two groups. */
  readonly otherTitle: string
}

/** Changes that hold and have to do with a group, newest first. */
export const listGroupChanges = async (
  db: Database,
  connectionId: string,
  group: string,
): Promise<readonly GroupChangeRecord[]> => {
  const { rows } = await db.pool.query<{
    id: string
    kind: 'merge' | 'split'
    source_id: string
    target_id: string
    condition: SplitCondition | null
    made_by: string
    made_at: Date
    title: string | null
  }>(
    `SELECT c.id, c.kind, c.source_id, c.target_id, c.condition, c.made_by, c.made_at,
       concat_ws(' at ', coalesce(g.root_cause, g.error_class), g.frame) AS title
     FROM failure_group_change c
     LEFT JOIN failure_group g ON g.id = CASE WHEN c.target_id = $2 THEN c.source_id ELSE c.target_id END
     WHERE c.connection_id = $1 AND c.undone_at IS NULL AND $2 IN (c.source_id, c.target_id)
     ORDER BY c.id DESC LIMIT 100`,
    [connectionId, group],
  )
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    source: row.source_id,
    target: row.target_id,
    condition: row.condition,
    by: row.made_by,
    atMs: row.made_at.getTime(),
    otherTitle: row.title === null || row.title === '' ? 'Unknown error' : row.title,
  }))
}

/** The group that an id leads to by now: itself, unless its letters have become those of another. */
export const findStandingGroup = async (
  db: { readonly pool: Transaction },
  connectionId: string,
  id: string,
): Promise<string> => {
  const { rows } = await db.pool.query<{ id: string }>(
    `WITH RECURSIVE way AS (
       SELECT id, merged_into, 0 AS step FROM failure_group WHERE connection_id = $1 AND id = $2
       UNION ALL
       SELECT g.id, g.merged_into, way.step + 1 FROM way JOIN failure_group g ON g.id = way.merged_into WHERE way.step < 50
     ) SELECT id FROM way ORDER BY step DESC LIMIT 1`,
    [connectionId, id],
  )
  return rows[0]?.id ?? id
}

/** Groups whose letters have become those of a group, however long the way. */
export const listMergedGroups = async (db: Database, id: string): Promise<readonly string[]> => {
  const { rows } = await db.pool.query<{ id: string }>(
    `WITH RECURSIVE merged AS (
       SELECT id FROM failure_group WHERE merged_into = $1
       UNION
       SELECT g.id FROM merged JOIN failure_group g ON g.merged_into = merged.id
     ) SELECT id FROM merged LIMIT 500`,
    [id],
  )
  return rows.map((row) => row.id)
}
