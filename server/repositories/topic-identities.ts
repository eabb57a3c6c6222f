import type { SeenTopicId } from '#server/domain/judge-origin.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'

/** Keeps the ids of topics with the time when each was first seen under its name. Ids that are known are left alone. */
export const recordTopicIds = (
  db: Database,
  connectionId: string,
  topics: readonly { readonly topic: string; readonly topicId: string }[],
  lease: LeaseProof,
): Promise<void> =>
  runUnderLease(db, lease, async (client) => {
    await client.query(
      `INSERT INTO topic_identity (connection_id, topic, topic_id)
       SELECT $1, one.topic, one.topic_id FROM unnest($2::text[], $3::text[]) AS one(topic, topic_id)
       WHERE NOT EXISTS (
         SELECT FROM topic_identity AS known
         WHERE known.connection_id = $1 AND known.topic = one.topic AND known.topic_id = one.topic_id
       )
       ON CONFLICT DO NOTHING`,
      [connectionId, topics.map(({ topic }) => topic), topics.map(({ topicId }) => topicId)],
    )
  })

/** All ids that a topic name was seen with. */
export const readTopicIds = async (
  db: Database,
  connectionId: string,
  topic: string,
): Promise<readonly SeenTopicId[]> => {
  const { rows } = await db.pool.query<{ topic_id: string; first_seen_at: Date }>(
    'SELECT topic_id, first_seen_at FROM topic_identity WHERE connection_id = $1 AND topic = $2',
    [connectionId, topic],
  )
  return rows.map((row) => ({ topicId: row.topic_id, firstSeenAtMs: row.first_seen_at.getTime() }))
}
