import { recordAudit } from '#server/repositories/audit.ts'
import { type LeaseProof, runUnderLease } from '#server/repositories/leases.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { markBegun, readControl } from '#server/repositories/replay-control.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Deps } from './deps.ts'
import { markReplay } from './start-replay.ts'

const longestWaitMs = 2_000

/**
 * Begins a scheduled replay when its time has come, under its lease, with the mark and the audit entry, all or nothing.
 * Answers how long to wait before the next step, in milliseconds.
 */
export const beginScheduled = async (
  deps: Deps,
  replay: ReplayRecord,
  lease: LeaseProof,
): Promise<number> => {
  const { startAtMs } = await readControl(deps.db, replay.id)
  const leftMs = (startAtMs ?? 0) - deps.clock.nowMs()
  if (leftMs > 0) return Math.min(leftMs, longestWaitMs)
  await runUnderLease(deps.db, lease, async (client) => {
    if (!(await markBegun(client, replay.id))) return
    await markReplay(deps, client, replay, replay.startedBy)
    await recordAudit(client, {
      actor: 'worker',
      action: 'start scheduled replay',
      target: replay.id,
      connectionId: replay.connectionId,
      result: 'allowed',
      detail: `replay ${replay.number}, scheduled by ${replay.startedBy}`,
      about: [{ kind: 'replay', id: replay.id }],
    })
  })
  await notifyChanged(deps.db, 'marks')
  await notifyChanged(deps.db, 'replays', replay.connectionId)
  return 0
}
