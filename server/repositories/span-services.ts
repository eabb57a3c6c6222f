import type { Database } from './database.ts'

export type SeenService = {
  readonly service: string
  readonly version: string | null
  readonly firstNs: bigint
  readonly lastNs: bigint
}

/**
 * Remembers which services sent spans, and sets a mark where a service that is known turns up in a version that is not:
 * a deploy. Answers how many marks were set.
 */
export const rememberServices = async (db: Database, seen: readonly SeenService[]): Promise<number> => {
  if (seen.length === 0) return 0
  const sorted = [...seen].sort((a, b) =>
    a.service + (a.version ?? '') < b.service + (b.version ?? '') ? -1 : 1,
  )
  const { rowCount } = await db.pool.query(
    `WITH known AS MATERIALIZED (SELECT DISTINCT service FROM span_service WHERE version <> ''),
     remembered AS (
       INSERT INTO span_service AS s (service, version, first_ns, last_ns)
       SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
       ON CONFLICT (service, version) DO UPDATE SET
         first_ns = least(s.first_ns, excluded.first_ns), last_ns = greatest(s.last_ns, excluded.last_ns)
       RETURNING service, version, first_ns, xmax = 0 AS is_new)
     INSERT INTO mark (at, kind, text, service, created_by)
     SELECT to_timestamp(first_ns / 1e9), 'deploy', service || ' ' || version, service, 'spans'
     FROM remembered JOIN known USING (service) WHERE is_new AND version <> ''`,
    [
      sorted.map(({ service }) => service),
      sorted.map(({ version }) => version ?? ''),
      sorted.map(({ firstNs }) => firstNs),
      sorted.map(({ lastNs }) => lastNs),
    ],
  )
  return rowCount ?? 0
}
