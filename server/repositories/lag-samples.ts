import type { LagSample } from '#server/domain/lag-rates.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'

export type NewLagSample = {
  readonly group: string
  readonly topic: string
  readonly lag: bigint
  /** Sums over the partitions that the group has committed. */
  readonly endSum: bigint
  readonly committedSum: bigint
  readonly members: number
  readonly state: string
}
export type NewTopicSample = {
  readonly topic: string
  readonly startSum: bigint
  readonly endSum: bigint
  /** Null when not asked for in this round or not told. */
  readonly sizeBytes: bigint | null
}

/**
 * Writes one round of samples in one transaction, all at the time `ageMs` ago by the database's clock. `lease` is the
 * sampler's own: the write is refused with `LeaseLostError` when another worker samples by now. Answers that time in
 * milliseconds since the epoch.
 */
export const insertSamples = async (
  db: Database,
  connectionId: string,
  round: {
    readonly groups: readonly NewLagSample[]
    readonly topics: readonly NewTopicSample[]
    readonly ageMs: number
  },
  lease: LeaseProof,
): Promise<number> =>
  runUnderLease(db, lease, async (client) => {
    const { groups, topics, ageMs } = round
    await client.query(
      `INSERT INTO lag_sample (at, connection_id, group_id, topic, lag, end_sum, committed_sum, members, state)
       SELECT now() - $2::float8 * interval '1 millisecond', $1, *
       FROM unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::int[], $9::text[])`,
      [
        connectionId,
        ageMs,
        groups.map(({ group }) => group),
        groups.map(({ topic }) => topic),
        groups.map(({ lag }) => lag.toString()),
        groups.map(({ endSum }) => endSum.toString()),
        groups.map(({ committedSum }) => committedSum.toString()),
        groups.map(({ members }) => members),
        groups.map(({ state }) => state),
      ],
    )
    await client.query(
      `INSERT INTO topic_sample (at, connection_id, topic, start_sum, end_sum, size_bytes)
       SELECT now() - $2::float8 * interval '1 millisecond', $1, *
       FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[])`,
      [
        connectionId,
        ageMs,
        topics.map(({ topic }) => topic),
        topics.map(({ startSum }) => startSum.toString()),
        topics.map(({ endSum }) => endSum.toString()),
        topics.map(({ sizeBytes }) => sizeBytes?.toString() ?? null),
      ],
    )
    const { rows } = await client.query<{ at_ms: number }>(
      'SELECT extract(epoch FROM now())::float8 * 1000 - $1::float8 AS at_ms',
      [ageMs],
    )
    return Math.round(rows[0]?.at_ms ?? 0)
  })

/** Samples of one group on one topic, in the order of time. */
export type LagSeries = {
  readonly group: string
  readonly topic: string
  readonly samples: readonly LagSample[]
}

type SampleRow = {
  at: Date
  group_id: string
  topic: string
  lag: string
  end_sum: string
  committed_sum: string
  members: number
  state: string
}

const toSeries = (rows: readonly SampleRow[]): readonly LagSeries[] => {
  const found = new Map<string, { group: string; topic: string; samples: LagSample[] }>()
  for (const row of rows) {
    const key = JSON.stringify([row.group_id, row.topic])
    const series = found.get(key) ?? { group: row.group_id, topic: row.topic, samples: [] }
    series.samples.push({
      atMs: row.at.getTime(),
      lag: BigInt(row.lag),
      endSum: BigInt(row.end_sum),
      committedSum: BigInt(row.committed_sum),
      members: row.members,
      state: row.state,
    })
    found.set(key, series)
  }
  return [...found.values()]
}

/** The last round of a connection within a day, whatever its groups; null when there was none. */
const lastRound = `(SELECT max(at) FROM lag_sample WHERE connection_id = $1 AND at > now() - interval '1 day')`

/** Which groups to read: one, those with messages waiting in the last round, or all. */
export type LagChoice = { readonly group: string } | 'lagging' | 'all'

/**
 * Lag of the chosen groups of a connection: one round a minute over the last `minutes` before the last round, and
 * every round of its last 150 s. All rows of a round carry the same time, so the rounds are found by the index first
 * and only their rows are read.
 */
export const readRecentLag = async (
  db: Database,
  connectionId: string,
  minutes: number,
  choice: LagChoice = 'all',
): Promise<{ readonly sampledAtMs: number | null; readonly series: readonly LagSeries[] }> => {
  const { rows } = await db.pool.query<SampleRow>(
    `WITH last AS MATERIALIZED (SELECT ${lastRound} AS at),
     rounds AS MATERIALIZED (
       SELECT DISTINCT found.at FROM last, generate_series(0, $2::int - 1) AS ago,
       LATERAL (
         SELECT max(at) AS at FROM lag_sample
         WHERE connection_id = $1 AND at > last.at - (ago + 1) * interval '1 minute'
           AND at <= last.at - ago * interval '1 minute'
       ) AS found WHERE found.at IS NOT NULL
       UNION
       SELECT DISTINCT lag_sample.at FROM last, lag_sample
       WHERE connection_id = $1 AND lag_sample.at > last.at - interval '150 seconds'
     )
     SELECT at, group_id, topic, lag, end_sum, committed_sum, members, state FROM lag_sample
     WHERE connection_id = $1 AND at = ANY(ARRAY(SELECT at FROM rounds)) AND ($3::text IS NULL OR group_id = $3)
       AND (NOT $4 OR (group_id, topic) IN (
         SELECT group_id, topic FROM lag_sample
         WHERE connection_id = $1 AND at = (SELECT at FROM last) AND lag > 0
       ))
     ORDER BY group_id, topic, at`,
    [connectionId, minutes, typeof choice === 'string' ? null : choice.group, choice === 'lagging'],
  )
  const sampledAtMs = rows.reduce<number | null>((last, { at }) => Math.max(last ?? 0, at.getTime()), null)
  return { sampledAtMs, series: toSeries(rows) }
}

/** The last sample of every group and topic of a connection, of the last round only. */
export const readLatestLag = async (
  db: Database,
  connectionId: string,
): Promise<readonly (LagSample & { readonly group: string; readonly topic: string })[]> => {
  const { rows } = await db.pool.query<SampleRow>(
    `SELECT at, group_id, topic, lag, end_sum, committed_sum, members, state FROM lag_sample
     WHERE connection_id = $1 AND at = ${lastRound} ORDER BY topic, group_id`,
    [connectionId],
  )
  return toSeries(rows).flatMap(({ group, topic, samples }) =>
    samples.map((sample) => ({ group, topic, ...sample })),
  )
}

/**
 * Since when groups without members have had none, looking back a day: probes one sample every five minutes, then
 * looks closely where members were last seen. A group that never had members in that time is left out. Answers
 * milliseconds since the epoch by `group` and a topic that it reads.
 */
export const readMemberlessSince = async (
  db: Database,
  connectionId: string,
  pairs: readonly { readonly group: string; readonly topic: string }[],
): Promise<ReadonlyMap<string, number>> => {
  if (pairs.length === 0) return new Map()
  const { rows } = await db.pool.query<{ group_id: string; since: Date }>(
    `SELECT asked.group_id, close.since
     FROM unnest($2::text[], $3::text[]) AS asked(group_id, topic),
     LATERAL (
       SELECT max(probe.at) AS at FROM generate_series(0, 288) AS ago,
       LATERAL (
         SELECT at, members FROM lag_sample
         WHERE connection_id = $1 AND lag_sample.group_id = asked.group_id AND lag_sample.topic = asked.topic
           AND at > now() - (ago + 1) * interval '5 minutes' AND at <= now() - ago * interval '5 minutes'
         ORDER BY at LIMIT 1
       ) AS probe WHERE probe.members > 0
     ) AS coarse,
     LATERAL (
       SELECT min(at) AS since FROM lag_sample
       WHERE connection_id = $1 AND lag_sample.group_id = asked.group_id AND lag_sample.topic = asked.topic
         AND at > coarse.at AND at <= coarse.at + interval '11 minutes' AND members = 0
     ) AS close
     WHERE coarse.at IS NOT NULL AND close.since IS NOT NULL`,
    [connectionId, pairs.map(({ group }) => group), pairs.map(({ topic }) => topic)],
  )
  return new Map(rows.map((row) => [row.group_id, row.since.getTime()]))
}

/** One group's last sample in each bucket of a time range (all in milliseconds), by topic, in the order of time. */
export const readLagHistory = async (
  db: Database,
  connectionId: string,
  group: string,
  range: { readonly fromMs: number; readonly toMs: number; readonly bucketMs: number },
): Promise<readonly LagSeries[]> => {
  const { rows } = await db.pool.query<SampleRow>(
    `SELECT DISTINCT ON (topic, bucket) *
     FROM (
       SELECT at, group_id, topic, lag, end_sum, committed_sum, members, state,
              floor((extract(epoch FROM at) * 1000 - $3::float8) / $5::float8) AS bucket
       FROM lag_sample
       WHERE connection_id = $1 AND group_id = $2
         AND at >= to_timestamp($3::float8 / 1000) AND at <= to_timestamp($4::float8 / 1000)
     ) AS samples
     ORDER BY topic, bucket, at DESC`,
    [connectionId, group, range.fromMs, range.toMs, range.bucketMs],
  )
  return toSeries(rows)
}

/** Time of the oldest sample of a connection that is kept, in milliseconds since the epoch; null when there is none. */
export const readFirstSampleAt = async (db: Database, connectionId: string): Promise<number | null> => {
  const { rows } = await db.pool.query<{ at: Date }>(
    'SELECT at FROM lag_sample WHERE connection_id = $1 ORDER BY at LIMIT 1',
    [connectionId],
  )
  return rows[0]?.at.getTime() ?? null
}
