import type { Mark } from '#server/contracts/marks.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

export type NewMark = {
  readonly atMs: number
  readonly kind: Mark['kind']
  readonly text: string
  readonly service: string | null
  readonly createdBy: string
}

type MarkRow = {
  readonly id: bigint
  readonly at: Date
  readonly kind: string
  readonly text: string
  readonly service: string | null
  readonly createdBy: string
}

const toMark = (row: MarkRow): Mark => ({
  id: row.id.toString(),
  atMs: row.at.getTime(),
  kind: row.kind as Mark['kind'],
  text: row.text,
  service: row.service,
  by: row.createdBy,
})

/** Writes a mark. Answers its id. */
export const insertMark = async (
  transaction: Transaction,
  { atMs, kind, text, service, createdBy }: NewMark,
): Promise<string> => {
  const { rows } = await transaction.query<{ id: string }>(
    'INSERT INTO mark (at, kind, text, service, created_by) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    [new Date(atMs), kind, text, service, createdBy],
  )
  return String(rows[0]?.id)
}

/** Marks at or after `sinceMs`, oldest first; of more than `limit` the newest. */
export const listMarksSince = async (db: Database, sinceMs: number, limit = 500): Promise<Mark[]> => {
  const rows = await db.prisma.mark.findMany({
    where: { at: { gte: new Date(sinceMs) } },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: limit,
  })
  return rows.map(toMark).reverse()
}
