import type { Database } from './database.ts'

/** kind of a producing span */
const producer = 4

/** Services whose spans sent to a topic within these traces, by trace id (32 hexadecimal digits). */
export const readSendingServices = async (
  db: Database,
  topic: string,
  traceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  if (traceIds.length === 0) return new Map()
  const { rows } = await db.pool.query<{ trace: string; services: string[] }>(
    `SELECT encode(trace_id, 'hex') AS trace, array_agg(DISTINCT service) AS services FROM span
     WHERE trace_id = ANY($1::bytea[]) AND kind = $2 AND topic = $3 GROUP BY trace_id`,
    [traceIds.map((id) => Buffer.from(id, 'hex')), producer, topic],
  )
  return new Map(rows.map(({ trace, services }) => [trace, services]))
}
