import type { Database } from './database.ts'

/** LIKE pattern that finds the text anywhere, taken literally. */
const anywhere = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

export type FoundFailureGroup = {
  readonly id: string
  readonly errorClass: string | null
  readonly message: string | null
  readonly frame: string | null
  readonly consumerGroup: string | null
  readonly originTopic: string | null
  readonly letters: bigint
}

/** Failure groups whose class, message, frame, topic or consumer group contain the text, most recent first. */
export const findFailureGroups = async (
  db: Database,
  connectionId: string,
  text: string,
  limit: number,
): Promise<readonly FoundFailureGroup[]> => {
  const { rows } = await db.pool.query<{
    id: string
    error_class: string | null
    message: string | null
    frame: string | null
    consumer_group: string | null
    origin_topic: string | null
    letters: string
  }>(
    `SELECT id, coalesce(root_cause, error_class) AS error_class, message, frame, consumer_group, origin_topic, letters
     FROM failure_group
     WHERE connection_id = $1 AND merged_into IS NULL
       AND concat_ws(' ', error_class, root_cause, message, frame, origin_topic, consumer_group) ILIKE $2
     ORDER BY last_seen_at DESC LIMIT $3`,
    [connectionId, anywhere(text), limit],
  )
  return rows.map((row) => ({
    id: row.id,
    errorClass: row.error_class,
    message: row.message,
    frame: row.frame,
    consumerGroup: row.consumer_group,
    originTopic: row.origin_topic,
    letters: BigInt(row.letters),
  }))
}

/** Dead letters with exactly this key, newest first. */
export const findLettersByKey = async (
  db: Database,
  connectionId: string,
  key: string,
  limit: number,
): Promise<
  readonly {
    readonly id: string
    readonly topic: string
    readonly errorClass: string | null
    readonly message: string | null
  }[]
> => {
  const { rows } = await db.pool.query<{
    id: string
    topic: string
    error_class: string | null
    message: string | null
  }>(
    `SELECT id::text, topic, coalesce(root_cause, error_class) AS error_class, message FROM dead_letter
     WHERE connection_id = $1 AND key_text = $2 ORDER BY died_at DESC LIMIT $3`,
    [connectionId, key, limit],
  )
  return rows.map((row) => ({
    id: row.id,
    topic: row.topic,
    errorClass: row.error_class,
    message: row.message,
  }))
}

/** Started replays by number or by words of their title, newest first. */
export const findReplays = async (
  db: Database,
  connectionId: string,
  text: string,
  limit: number,
): Promise<
  readonly { readonly id: string; readonly number: number; readonly title: string; readonly state: string }[]
> => {
  const { rows } = await db.pool.query<{ id: string; number: number; title: string; state: string }>(
    `SELECT id::text, number, title, state FROM replay
     WHERE connection_id = $1 AND number IS NOT NULL AND (number::text = $3 OR title ILIKE $2)
     ORDER BY created_at DESC LIMIT $4`,
    [connectionId, anywhere(text), text.replace(/^#/, ''), limit],
  )
  return rows
}
