import type { Convention } from '#server/contracts/convention-titles.ts'
import type { TopicNature, TopicVerdict } from '#server/domain/judge-topic-nature.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

export type TopicDecision = 'accepted' | 'refused'

export type NatureRecord = TopicNature & {
  readonly topic: string
  readonly topicId: string | null
  readonly sampledAtMs: number
  readonly endSum: bigint
  readonly verdictAtMs: number
  readonly decision: TopicDecision | null
  readonly decidedBy: string | null
  readonly decidedAtMs: number | null
}

/** What is known of the natures of a connection's topics, by name. */
export const readTopicNatures = async (
  db: Database,
  connectionId: string,
): Promise<readonly NatureRecord[]> =>
  (await db.prisma.topicNature.findMany({ where: { connectionId }, orderBy: { topic: 'asc' } })).map(
    (row) => ({
      topic: row.topic,
      topicId: row.topicId,
      sampledAtMs: row.sampledAt.getTime(),
      endSum: row.endSum,
      verdict: row.verdict as TopicVerdict,
      verdictAtMs: row.verdictAt.getTime(),
      why: row.why,
      records: row.records,
      letters: row.letters,
      conventions: row.conventions as Convention[],
      origins: row.origins,
      delayMs: row.delayMs,
      decision: row.decision as TopicDecision | null,
      decidedBy: row.decidedBy,
      decidedAtMs: row.decidedAt?.getTime() ?? null,
    }),
  )

/** Writes what a sample showed; what an operator decided stays. Answers whether the verdict is another than before. */
export const writeTopicNature = async (
  db: Database,
  connectionId: string,
  {
    topic,
    topicId,
    endSum,
  }: { readonly topic: string; readonly topicId: string | null; readonly endSum: bigint },
  nature: TopicNature,
  atMs: number,
): Promise<boolean> => {
  const { rows } = await db.pool.query<{ changed: boolean }>(
    `WITH before AS (SELECT verdict FROM topic_nature WHERE connection_id = $1 AND topic = $2), written AS (
       INSERT INTO topic_nature AS t (connection_id, topic, topic_id, sampled_at, end_sum, verdict, verdict_at, why, records, letters, conventions, origins, delay_ms)
       VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000), $5, $6, to_timestamp($4::float8 / 1000), $7, $8, $9, $10, $11, $12)
       ON CONFLICT (connection_id, topic) DO UPDATE SET topic_id = excluded.topic_id, sampled_at = excluded.sampled_at,
         end_sum = excluded.end_sum, verdict = excluded.verdict,
         verdict_at = CASE WHEN t.verdict = excluded.verdict THEN t.verdict_at ELSE excluded.verdict_at END,
         why = excluded.why, records = excluded.records, letters = excluded.letters, conventions = excluded.conventions,
         origins = excluded.origins, delay_ms = coalesce(excluded.delay_ms, t.delay_ms)
       RETURNING verdict
     ) SELECT (SELECT verdict FROM before) IS DISTINCT FROM verdict AS changed FROM written`,
    [
      connectionId,
      topic,
      topicId,
      atMs,
      endSum.toString(),
      nature.verdict,
      nature.why,
      nature.records,
      nature.letters,
      nature.conventions,
      nature.origins,
      nature.delayMs,
    ],
  )
  return rows[0]?.changed ?? false
}

/** Notes that a topic was looked at and has nothing new. */
export const touchTopicNatures = async (
  db: Database,
  connectionId: string,
  topics: readonly string[],
  atMs: number,
): Promise<void> => {
  await db.pool.query(
    'UPDATE topic_nature SET sampled_at = to_timestamp($3::float8 / 1000) WHERE connection_id = $1 AND topic = ANY($2::text[])',
    [connectionId, topics, atMs],
  )
}

/** Forgets topics that are there no longer. Decisions go with them: a topic made anew is another. */
export const forgetTopicNatures = async (
  db: Database,
  connectionId: string,
  topics: readonly string[],
): Promise<void> => {
  await db.pool.query('DELETE FROM topic_nature WHERE connection_id = $1 AND topic = ANY($2::text[])', [
    connectionId,
    topics,
  ])
}

/** Keeps what an operator has decided about a topic. */
export const writeTopicDecision = async (
  transaction: Transaction,
  connectionId: string,
  topic: string,
  decision: TopicDecision,
  by: string,
): Promise<void> => {
  await transaction.query(
    `INSERT INTO topic_nature (connection_id, topic, sampled_at, end_sum, verdict, why, records, letters, conventions, origins, decision, decided_by, decided_at)
     VALUES ($1, $2, to_timestamp(0), -1, 'ordinary', 'It was not sampled.', 0, 0, '{}', '{}', $3, $4, now())
     ON CONFLICT (connection_id, topic) DO UPDATE SET decision = excluded.decision, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
    [connectionId, topic, decision, by],
  )
}
