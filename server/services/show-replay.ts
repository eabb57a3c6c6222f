import { outcomes } from '#server/contracts/choices.ts'
import type { Outcome, ReplaySummary } from '#server/contracts/replays.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { countOutcomes } from '#server/repositories/replay-items.ts'
import { findReplay, type ReplayRecord } from '#server/repositories/replays.ts'
import { readSentBytes } from '#server/repositories/sent-bytes.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { showControls } from './show-replay-control.ts'

const lateSeconds = 5

/** Replays with their progress as it stands. Plans that were not started are left out. */
export const summariseReplays = async (
  deps: Deps,
  records: readonly ReplayRecord[],
): Promise<ReplaySummary[]> => {
  const counts = await countOutcomes(
    deps.db,
    records.map(({ id }) => id),
  )
  const sentBytes = await readSentBytes(
    deps.db,
    records.flatMap(({ id, state }) => (state === 'running' ? id : [])),
    lateSeconds,
  )
  const controlOf = await showControls(deps, records, (id) => counts.get(id)?.outcomes ?? new Map())
  return records.flatMap((record) => {
    if (record.number === null) return []
    const { outcomes: counted = new Map<string, number>(), sentLately = 0 } = counts.get(record.id) ?? {}
    const of = (name: Outcome) => counted.get(name) ?? 0
    const total = [...counted.values()].reduce((sum, count) => sum + count, 0)
    const pending = of('PENDING')
    const isSending = record.state === 'running'
    const ratePerSecond = isSending ? sentLately / lateSeconds : null
    return [
      {
        id: record.id,
        number: record.number,
        state: record.state as ReplaySummary['state'],
        createdAt: record.startedAtMs ?? record.createdAtMs,
        startedBy: record.startedBy,
        reason: record.reason,
        failureGroupId: record.failureGroupId,
        title: record.title,
        targets: record.targets as ReplaySummary['targets'],
        targetConnection: record.plan.targetConnection ?? null,
        total,
        sent: total - pending - of('FAILED') - of('SKIPPED'),
        pacePerSecond: record.pacePerSecond,
        ratePerSecond,
        rateBytesPerSecond: isSending ? (sentBytes.get(record.id) ?? 0) / lateSeconds : null,
        remainingMs: isSending
          ? (pending / Math.max(1, ratePerSecond || record.pacePerSecond)) * 1_000
          : null,
        outcomes: Object.fromEntries(outcomes.map((name) => [name, of(name)])) as ReplaySummary['outcomes'],
        finishedAt: record.finishedAtMs,
        sending: record.sending,
        abortedCopies: record.abortedCopies,
        quiet: record.quiet,
        failure: [record.loss, record.failure].filter((one) => one !== null).join('. ') || null,
        control: controlOf(record),
      },
    ]
  })
}

/** One started replay with its progress and outcomes. */
export const showReplay = async (
  deps: Deps,
  connection: Connection,
  id: string,
  _call: Call,
): Promise<Result<ReplaySummary, Fault>> => {
  const found = await findReplay(deps.db, connection.id, id)
  const [summary] = found ? await summariseReplays(deps, [found]) : []
  return summary ? succeed(summary) : notFound(`There is no replay ${id} on ${connection.name}.`)
}
