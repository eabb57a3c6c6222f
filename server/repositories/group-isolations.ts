import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

/** How a group reads, by whose word and since when. */
export type DeclaredIsolation = {
  readonly isolation: 'committed' | 'uncommitted'
  readonly declaredBy: string
  readonly declaredAtMs: number
}

/** What operators declared of how groups read; groups of which nobody said anything are left out. */
export const readGroupIsolations = async (
  db: Database,
  connectionId: string,
  groups: readonly string[],
): Promise<ReadonlyMap<string, DeclaredIsolation>> => {
  const rows = await db.prisma.groupIsolation.findMany({
    where: { connectionId, groupId: { in: [...groups] } },
  })
  return new Map(
    rows.map((row) => [
      row.groupId,
      {
        isolation: row.isolation as DeclaredIsolation['isolation'],
        declaredBy: row.declaredBy,
        declaredAtMs: row.declaredAt.getTime(),
      },
    ]),
  )
}

/** Keeps how a group reads, or forgets it (null). */
export const writeGroupIsolation = async (
  transaction: Transaction,
  connectionId: string,
  group: string,
  isolation: DeclaredIsolation['isolation'] | null,
  by: string,
): Promise<void> => {
  if (isolation === null)
    await transaction.query('DELETE FROM group_isolation WHERE connection_id = $1 AND group_id = $2', [
      connectionId,
      group,
    ])
  else
    await transaction.query(
      `INSERT INTO group_isolation (connection_id, group_id, isolation, declared_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (connection_id, group_id) DO UPDATE SET isolation = excluded.isolation,
         declared_by = excluded.declared_by, declared_at = now()`,
      [connectionId, group, isolation, by],
    )
}
