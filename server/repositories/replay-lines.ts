import type pg from 'pg'
import type { AuditFacts } from '#server/contracts/audit.ts'
import type { LinesHashes } from '#server/contracts/replay-report.ts'
import { linesHashFact } from '#server/domain/replay-lines.ts'
import { recordAudit } from './audit.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'

type Client = Pick<pg.ClientBase, 'query'>

/** The first six words of `lineOf`, and the rest. */
const words = `concat_ws(' ', seq + 1, coalesce(source_topic_id, source_topic), source_partition, source_offset, attempt, target_topic)`
const more = `concat_ws(' ', outcome, CASE WHEN target_partition IS NULL OR target_offset IS NULL THEN '-'
  ELSE target_partition || '@' || target_offset END)`
const hashOf = (line: string): string =>
  `encode(sha256(convert_to(coalesce(string_agg(${line} || E'\\n', '' ORDER BY seq), ''), 'UTF8')), 'hex')`

/** SHA-256 in hexadecimal digits over the lines of a replay's items, as they are now. */
export const hashLines = async (client: Client, replayId: string): Promise<LinesHashes> => {
  const { rows } = await client.query<LinesHashes>(
    `SELECT ${hashOf(words)} AS coordinates, ${hashOf(`${words} || ' ' || ${more}`)} AS outcomes
     FROM replay_item WHERE replay_id = $1`,
    [replayId],
  )
  const [row] = rows
  if (!row) throw new Error('an aggregate answers one row')
  return row
}

/** What came of a replay's items, for the audit: how many there are of each outcome, and the hash of their lines. */
export const readOutcomeFacts = async (
  client: Client,
  replayId: string,
): Promise<NonNullable<AuditFacts['outcome']>> => {
  const { rows } = await client.query<{ outcome: string; count: number }>(
    'SELECT outcome, count(*)::int AS count FROM replay_item WHERE replay_id = $1 GROUP BY 1 ORDER BY 1',
    [replayId],
  )
  const { outcomes } = await hashLines(client, replayId)
  return {
    ...Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count])),
    [linesHashFact]: outcomes,
  }
}

/** Writes into the audit what outcomes have become after a replay had ended, under its lease. */
export const recordLaterOutcomes = async (
  db: Database,
  replay: { readonly id: string; readonly number: number | null; readonly connectionId: string },
  changed: number,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, async (client) => {
    const outcome = await readOutcomeFacts(client, replay.id)
    await recordAudit(client, {
      actor: 'worker',
      action: 'change outcomes',
      target: replay.id,
      connectionId: replay.connectionId,
      result: 'allowed',
      detail: `${changed} of replay ${replay.number}, which had ended before`,
      about: [{ kind: 'replay', id: replay.id }],
      facts: { outcome },
    })
  })
}
