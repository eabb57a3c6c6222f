import type { AuditEntry, AuditFacts, AuditSubject } from '#server/contracts/audit.ts'
import type { ChainedEntry } from '#server/domain/audit-chain.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

export type NewAuditEntry = {
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly connectionId: string | null
  readonly result: AuditEntry['result']
  readonly detail: string
  /** Why, in the words of who did it. */
  readonly reason?: string
  readonly about?: readonly AuditSubject[]
  /** What was chosen, what was planned, what came of it. */
  readonly facts?: AuditFacts
}

/** A subject as the table holds it: `topic:orders`, `message:orders/3@88213`. */
export const subjectText = ({ kind, id }: AuditSubject): string => `${kind}:${id}`

/**
 * Records who did what, in the transaction of the change itself. The database chains the entry, refuses to change it,
 * and lets writers of entries wait for each other until they commit: nothing that waits for anybody else belongs
 * between this and the end of the transaction.
 */
export const recordAudit = async (transaction: Transaction, entry: NewAuditEntry): Promise<void> => {
  const { actor, action, target, connectionId, result, detail, reason = '', about = [], facts } = entry
  await transaction.query(
    `INSERT INTO audit_entry (actor, action, target, connection_id, result, detail, reason, about, facts)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      actor,
      action,
      target,
      connectionId,
      result,
      detail,
      // What is no text to PostgreSQL must not keep an entry from being written.
      reason.replaceAll('\0', '\ufffd'),
      about.map(subjectText),
      facts === undefined ? null : JSON.stringify(facts).replaceAll('\\u0000', '\\ufffd'),
    ],
  )
}

type Row = {
  id: string
  at_ms: string
  actor: string
  action: string
  target: string
  connection_id: string | null
  result: string
  detail: string
  reason: string
  about: string[]
  facts: string | null
  previous_hash: string
  hash: string
}
// Facts as text: the hash is over what was written, not over what a reader makes of it.
const columns = `id::text, (extract(epoch FROM at) * 1000)::bigint::text AS at_ms, actor, action, target, connection_id,
  result, detail, reason, about, facts::text AS facts, previous_hash, hash`

const entryOf = ({ at_ms, connection_id, previous_hash, ...row }: Row): ChainedEntry => ({
  ...row,
  atMs: Number(at_ms),
  connection: connection_id,
  previousHash: previous_hash,
})

/** Which entries: parts of names, `action` whole, times in milliseconds since the epoch. Empty texts ask for all. */
export type AuditChoice = {
  readonly who: string
  readonly action: string
  readonly target: string
  readonly fromMs: number | null
  readonly toMs: number | null
}

const fits = `($1 = '' OR position(lower($1) IN lower(actor)) > 0) AND ($2 = '' OR action = $2)
  AND ($3 = '' OR position(lower($3) IN lower(target)) > 0
    OR EXISTS (SELECT FROM unnest(about) AS one WHERE position(lower($3) IN lower(one)) > 0))
  AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5)`

const valuesOf = ({ who, action, target, fromMs, toMs }: AuditChoice): unknown[] => [
  who,
  action,
  target,
  fromMs === null ? null : new Date(fromMs),
  toMs === null ? null : new Date(toMs),
]

/** Entries that fit, newest first, from below `beforeId` on. */
export const listAudit = async (
  db: Database,
  choice: AuditChoice,
  limit: number,
  beforeId: bigint | null,
): Promise<readonly ChainedEntry[]> => {
  const { rows } = await db.pool.query<Row>(
    `SELECT ${columns} FROM audit_entry WHERE ${fits} AND ($6::bigint IS NULL OR id < $6) ORDER BY audit_entry.id DESC LIMIT $7`,
    [...valuesOf(choice), beforeId?.toString() ?? null, limit],
  )
  return rows.map(entryOf)
}

/** Entries that fit in the order of the chain, after `afterId` up to and with `upToId`. */
export const readAuditOnwards = async (
  db: Database,
  choice: AuditChoice,
  page: { readonly afterId: bigint; readonly upToId: bigint; readonly limit: number },
): Promise<readonly ChainedEntry[]> => {
  const { rows } = await db.pool.query<Row>(
    `SELECT ${columns} FROM audit_entry WHERE ${fits} AND id > $6 AND id <= $7 ORDER BY audit_entry.id LIMIT $8`,
    [...valuesOf(choice), page.afterId.toString(), page.upToId.toString(), page.limit],
  )
  return rows.map(entryOf)
}

/** One entry, or null. */
export const findAuditEntry = async (db: Database, id: bigint): Promise<ChainedEntry | null> => {
  const { rows } = await db.pool.query<Row>(`SELECT ${columns} FROM audit_entry WHERE id = $1`, [
    id.toString(),
  ])
  return rows[0] ? entryOf(rows[0]) : null
}

/** Entries of one connection about any of these, as `subjectText` writes them, or to one of these targets; newest first. */
export const listAuditAbout = async (
  db: Database,
  connectionId: string,
  subjects: readonly string[],
  targets: readonly string[],
  limit: number,
): Promise<readonly ChainedEntry[]> => {
  const { rows } = await db.pool.query<Row>(
    `SELECT ${columns} FROM audit_entry WHERE (about && $1::text[] OR target = ANY($2::text[])) AND connection_id = $3
     ORDER BY audit_entry.id DESC LIMIT $4`,
    [subjects, targets, connectionId, limit],
  )
  return rows.map(entryOf)
}

/** Every action that was ever written down, by name. Looks once into the index for each. */
export const listAuditActions = async (db: Database): Promise<readonly string[]> => {
  const { rows } = await db.pool.query<{ action: string }>(
    `WITH RECURSIVE known AS (
       (SELECT action FROM audit_entry ORDER BY action LIMIT 1)
       UNION ALL
       SELECT (SELECT action FROM audit_entry WHERE action > known.action ORDER BY action LIMIT 1)
         FROM known WHERE known.action IS NOT NULL
     ) SELECT action FROM known WHERE action IS NOT NULL`,
  )
  return rows.map(({ action }) => action)
}

/** The end of the chain as the database keeps it beside the entries. */
export type AuditHead = {
  readonly lastId: bigint
  readonly entries: number
  readonly hash: string
  readonly chainedAtMs: number
  readonly foundEntries: number
}

/** Where the chain of the audit ends. It has an end from its first migration on. */
export const readAuditHead = async (db: Database): Promise<AuditHead> => {
  const { lastId, entries, hash, chainedAt, foundEntries } = await db.prisma.auditHead.findFirstOrThrow()
  return {
    lastId,
    entries: Number(entries),
    hash,
    chainedAtMs: chainedAt.getTime(),
    foundEntries: Number(foundEntries),
  }
}
