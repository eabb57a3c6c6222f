import type { Database } from './database.ts'
import { holdsText, type LetterFilter, timeOf } from './dead-letters.ts'
import { joinDispositions } from './letter-dispositions.ts'

/** How many letters fit a filter. */
export const countLetters = async (
  db: Database,
  connectionId: string,
  filter: LetterFilter,
): Promise<number> => {
  const { rows } = await db.pool.query<{ count: string }>(...countingOf(connectionId, filter))
  return Number(rows[0]?.count ?? 0)
}

const countingOf = (connectionId: string, filter: LetterFilter): [statement: string, values: unknown[]] => {
  const { topic, key, standing, q, partition, diedFrom, diedTo } = filter
  const groups = [filter.failureGroupId ?? null, filter.failureGroupIds ?? null]
  if ([key, standing, q, diedFrom, diedTo].every((one) => one === undefined)) {
    // Failure groups have counted already, and so has the index by topic and partition.
    if (topic === undefined && partition === undefined)
      return [
        `SELECT coalesce(sum(letters), 0) AS count FROM failure_group
         WHERE connection_id = $1 AND ($2::text IS NULL OR id = $2) AND ($3::text[] IS NULL OR id = ANY($3))`,
        [connectionId, ...groups],
      ]
    if (groups.every((one) => one === null))
      return [
        `SELECT coalesce(sum(letters), 0) AS count FROM index_position
         WHERE connection_id = $1 AND ($2::text IS NULL OR topic = $2) AND ($3::int IS NULL OR partition = $3)`,
        [connectionId, topic ?? null, partition ?? null],
      ]
  }
  return [
    `SELECT count(*) FROM dead_letter l ${joinDispositions(filter.standing)}
     WHERE l.connection_id = $1 AND ($2::text IS NULL OR l.failure_group_id = $2)
       AND ($3::text[] IS NULL OR l.failure_group_id = ANY($3))
       AND ($4::text IS NULL OR l.topic = $4) AND ($5::text IS NULL OR l.key_text = $5)
       AND ($6::text IS NULL OR coalesce(d.kind, 'open') = $6)
       AND ($7::text IS NULL OR ${holdsText('$7')})
       AND ($8::int IS NULL OR l.partition = $8)
       AND ($9::timestamptz IS NULL OR l.died_at >= $9) AND ($10::timestamptz IS NULL OR l.died_at < $10)`,
    [
      connectionId,
      ...groups,
      topic ?? null,
      key ?? null,
      standing ?? null,
      q ?? null,
      partition ?? null,
      timeOf(diedFrom),
      timeOf(diedTo),
    ],
  ]
}

/** The id of the letter that was indexed last, of any connection; null: there is none. */
export const readNewestLetterId = async (db: Database): Promise<bigint | null> => {
  // Prisma's aggregate asks a subquery with an offset: all letters are read for it, where an index tells at once.
  const { rows } = await db.pool.query<{ id: string | null }>('SELECT max(id) AS id FROM dead_letter')
  return rows[0]?.id == null ? null : BigInt(rows[0].id)
}
