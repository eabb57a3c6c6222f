import { packPoints, unpackPoints } from '#server/domain/pack-points.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'

/** Deaths a minute of the last hour by failure group, oldest first. Groups without any are left out. */
export type Trends = {
  /** At least the newest so many minutes; all of the hour unless told. */
  get(failureGroupId: string, newestMinutes?: number): readonly number[] | undefined
}

const minutes = 60
/** Counting again takes a while where thousands die a minute: not more often than this, in milliseconds. */
const everyMs = 5_000
/** Also where nothing new came: so that letters that were moved or taken away are not counted for long. */
const anywayEveryMs = 30_000

type Counted = {
  readonly failure_group_id: string
  readonly minutes: readonly number[]
  readonly counts: readonly number[]
}

/** Letters that count as dead within the last hour, each at the time by which it counts. */
const deathsOf = (where: string): string =>
  `(SELECT failure_group_id, died_at, 1 AS letters FROM dead_letter
    WHERE ${where} AND died_at > now() - interval '60 minutes' AND arrived_at IS NULL
    UNION ALL
    SELECT failure_group_id, arrived_at, 1 FROM dead_letter
    WHERE ${where} AND arrived_at > now() - interval '60 minutes') AS deaths`

/** The same of one group: what counts by its arrival is taken out where it died, so that no letter need be looked at. */
const deathsOfGroup = `(SELECT failure_group_id, died_at, 1 AS letters FROM dead_letter
    WHERE failure_group_id = $1 AND died_at > now() - interval '60 minutes'
    UNION ALL
    SELECT failure_group_id, died_at, -1 FROM dead_letter
    WHERE failure_group_id = $1 AND arrived_at IS NOT NULL AND died_at > now() - interval '60 minutes'
    UNION ALL
    SELECT failure_group_id, arrived_at, 1 FROM dead_letter
    WHERE failure_group_id = $1 AND arrived_at > now() - interval '60 minutes') AS deaths`

/** Of rows with `failure_group_id`, `died_at` and `letters`: by minutes ago. Times to come count as now. */
const countedOf = (rows: string): string =>
  `SELECT failure_group_id, array_agg(minute) AS minutes, array_agg(count) AS counts FROM (
     SELECT failure_group_id, floor(greatest(0, date_part('epoch', now() - died_at)) / 60)::int AS minute, sum(letters)::int AS count
     FROM ${rows} WHERE died_at > now() - interval '60 minutes' GROUP BY 1, 2) AS counted
   GROUP BY 1`

const add = (trends: Map<string, number[]>, rows: readonly Counted[]): Map<string, number[]> => {
  for (const { failure_group_id: id, minutes: ago, counts } of rows) {
    const points = trends.get(id) ?? new Array<number>(minutes).fill(0)
    trends.set(id, points)
    for (const [no, minute] of ago.entries()) {
      const at = minutes - 1 - minute
      if (at >= 0) points[at] = (points[at] ?? 0) + (counts[no] ?? 0)
    }
  }
  return trends
}

/** Deaths of the last hour: what the index has counted last, and the letters since then. One group is counted anew. */
export const readTrends = async (db: Database, connectionId: string, id: string | null): Promise<Trends> => {
  if (id !== null) return add(new Map(), (await db.pool.query<Counted>(countedOf(deathsOfGroup), [id])).rows)
  const { rows } = await db.pool.query<{ up_to: string; age: number; trends: Record<string, string> }>(
    `SELECT up_to, trends, floor(date_part('epoch', now() - at) / 60)::int AS age FROM failure_group_trend
     WHERE connection_id = $1 AND at > now() - interval '60 minutes'`,
    [connectionId],
  )
  const [known] = rows
  if (!known) {
    const all = deathsOf('connection_id = $1')
    return add(new Map(), (await db.pool.query<Counted>(countedOf(all), [connectionId])).rows)
  }
  // By their numbers: without statistics, the time of death would look like the shorter way.
  const { rows: since } = await db.pool.query<Counted>(
    `WITH newer AS MATERIALIZED (SELECT connection_id, failure_group_id, coalesce(arrived_at, died_at) AS died_at, 1 AS letters FROM dead_letter WHERE id > $2)
     ${countedOf('(SELECT * FROM newer WHERE connection_id = $1) AS own')}`,
    [connectionId, known.up_to],
  )
  const newer = add(new Map(), since)
  // There are more groups than anybody asks for.
  return {
    get: (group, newest = minutes) => {
      const packed = Object.hasOwn(known.trends, group) ? known.trends[group] : undefined
      const more = newer.get(group)
      if (packed === undefined) return more
      const points = unpackPoints(packed, newest, known.age)
      return more ? points.map((count, at) => count + (more[at + minutes - newest] ?? 0)) : points
    },
  }
}

/**
 * Counts the deaths of the last hour for those who ask, unless that was done a moment ago. Answers whether it is done.
 * Throws `LeaseLostError`.
 */
export const prepareTrends = async (
  db: Database,
  connectionId: string,
  hasNew: boolean,
  lease: LeaseProof,
): Promise<boolean> => {
  const { rows } = await db.pool.query<{ age: number }>(
    `SELECT date_part('epoch', now() - at) * 1000 AS age FROM failure_group_trend WHERE connection_id = $1`,
    [connectionId],
  )
  if ((rows[0]?.age ?? Number.POSITIVE_INFINITY) < (hasNew ? everyMs : anywayEveryMs)) return false
  await runUnderLease(db, lease, async (client) => {
    // Read before: a letter that comes meanwhile is counted by those who ask.
    const { rows: last } = await client.query<{ up_to: string; at: Date }>(
      'SELECT coalesce(max(id), 0) AS up_to, now() AS at FROM dead_letter',
    )
    const upTo = last[0]?.up_to ?? '0'
    const own = deathsOf('connection_id = $1 AND id <= $2')
    const counted = await client.query<Counted>(countedOf(own), [connectionId, upTo])
    await client.query(
      `INSERT INTO failure_group_trend (connection_id, at, up_to, trends) VALUES ($1, now(), $2, $3)
       ON CONFLICT (connection_id) DO UPDATE SET at = excluded.at, up_to = excluded.up_to, trends = excluded.trends`,
      [
        connectionId,
        upTo,
        JSON.stringify(
          Object.fromEntries(
            [...add(new Map(), counted.rows)].map(([id, points]) => [id, packPoints(points)]),
          ),
        ),
      ],
    )
  })
  return true
}
