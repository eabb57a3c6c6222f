import type { Database } from './database.ts'

export type TopicFigures = {
  readonly sampledAtMs: number
  readonly startSum: bigint
  readonly endSum: bigint
  /** Of the last round that asked for sizes. */
  readonly sizeBytes: bigint | null
  /** Over the last minute; null until two samples exist or when the topic was made anew in between. */
  readonly producedPerSecond: number | null
}

/** Last figures and rate of the named topics. Topics without a sample in the last five minutes are left out. */
export const readTopicFigures = async (
  db: Database,
  connectionId: string,
  topics: readonly string[],
): Promise<ReadonlyMap<string, TopicFigures>> => {
  const { rows } = await db.pool.query<{
    topic: string
    at: Date
    start_sum: string
    end_sum: string
    size_bytes: string | null
    produced: number | null
  }>(
    `SELECT asked.topic, last.at, last.start_sum, last.end_sum, sized.size_bytes,
            CASE WHEN last.at > earlier.at AND last.end_sum >= earlier.end_sum
              THEN (last.end_sum - earlier.end_sum)::float8 / extract(epoch FROM last.at - earlier.at)::float8 END AS produced
     FROM unnest($2::text[]) AS asked(topic)
     CROSS JOIN LATERAL (
       SELECT at, start_sum, end_sum FROM topic_sample
       WHERE connection_id = $1 AND topic = asked.topic AND at > now() - interval '5 minutes'
       ORDER BY at DESC LIMIT 1
     ) AS last
     LEFT JOIN LATERAL (
       SELECT at, end_sum FROM topic_sample
       WHERE connection_id = $1 AND topic = asked.topic AND at >= last.at - interval '61 seconds' AND at < last.at
       ORDER BY at LIMIT 1
     ) AS earlier ON true
     LEFT JOIN LATERAL (
       SELECT size_bytes FROM topic_sample
       WHERE connection_id = $1 AND topic = asked.topic AND at > last.at - interval '2 minutes'
         AND size_bytes IS NOT NULL
       ORDER BY at DESC LIMIT 1
     ) AS sized ON true`,
    [connectionId, topics],
  )
  return new Map(
    rows.map((row) => [
      row.topic,
      {
        sampledAtMs: row.at.getTime(),
        startSum: BigInt(row.start_sum),
        endSum: BigInt(row.end_sum),
        sizeBytes: row.size_bytes === null ? null : BigInt(row.size_bytes),
        producedPerSecond: row.produced,
      },
    ]),
  )
}
