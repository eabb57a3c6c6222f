import type { Database } from './database.ts'

export type FailureGroupRecord = {
  readonly id: string
  readonly errorClass: string | null
  readonly rootCause: string | null
  readonly message: string | null
  readonly frame: string | null
  readonly stack: string | null
  readonly originTopic: string | null
  readonly group: string | null
  readonly deadLetterTopics: readonly string[]
  readonly conventions: readonly string[]
  readonly letters: number
  readonly firstSeenAtMs: number
  readonly lastSeenAtMs: number
  readonly sampleLetterId: bigint | null
  readonly state: string
  /** Deaths a minute of the last hour, oldest first. */
  readonly trend: readonly number[]
}

const minutes = 60

/** Failure groups with their deaths a minute of the last hour, last seen first; all of them, or one. */
export const readFailureGroups = async (
  db: Database,
  connectionId: string,
  id: string | null = null,
): Promise<readonly FailureGroupRecord[]> => {
  const [{ rows }, trend] = await Promise.all([
    db.prisma.failureGroup
      .findMany({
        where: { connectionId, ...(id === null ? {} : { id }) },
        orderBy: { lastSeenAt: 'desc' },
        take: 1_000,
      })
      .then((found) => ({ rows: found })),
    db.pool.query<{ failure_group_id: string; minute: number; count: number }>(
      `SELECT failure_group_id, floor(extract(epoch FROM now() - died_at) / 60)::int AS minute, count(*)::int AS count
       FROM dead_letter WHERE connection_id = $1 AND died_at > now() - interval '60 minutes' AND ($2::text IS NULL OR failure_group_id = $2)
       GROUP BY 1, 2`,
      [connectionId, id],
    ),
  ])
  const trends = Map.groupBy(trend.rows, (row) => row.failure_group_id)
  return rows.map((row) => {
    const points = new Array<number>(minutes).fill(0)
    for (const { minute, count } of trends.get(row.id) ?? []) {
      const at = minutes - 1 - Math.max(0, minute)
      if (at >= 0) points[at] = (points[at] ?? 0) + count
    }
    return {
      id: row.id,
      errorClass: row.errorClass,
      rootCause: row.rootCause,
      message: row.message,
      frame: row.frame,
      stack: row.stack,
      originTopic: row.originTopic,
      group: row.consumerGroup,
      deadLetterTopics: row.deadLetterTopics,
      conventions: row.conventions,
      letters: Number(row.letters),
      firstSeenAtMs: row.firstSeenAt.getTime(),
      lastSeenAtMs: row.lastSeenAt.getTime(),
      sampleLetterId: row.sampleLetterId,
      state: row.state,
      trend: points,
    }
  })
}

/** Sets the state; false when there is no such group. */
export const writeFailureGroupState = async (
  db: Database,
  connectionId: string,
  id: string,
  state: string,
  by: string,
): Promise<boolean> => {
  const { count } = await db.prisma.failureGroup.updateMany({
    where: { connectionId, id },
    data: { state, stateBy: by, stateAt: new Date() },
  })
  return count === 1
}
