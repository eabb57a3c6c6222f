import { readControl } from '#server/repositories/replay-control.ts'
import { listOpenReplayIds, type ReplayRecord, readReplay } from '#server/repositories/replays.ts'
import { beginScheduled } from '#server/services/begin-scheduled.ts'
import { followReplay } from '#server/services/follow-replay.ts'
import { quietPeriodMs } from '#server/services/quiet-period.ts'
import { runReplayStep } from '#server/services/run-replay-step.ts'
import { stopOnReturn, waitsForOutcomes } from '#server/services/steer-replay.ts'
import type { LeasedLoop } from './leased-loop.ts'

const leasePrefix = 'replay:'
const deadlineMs = 30_000
const followEveryMs = 2_000
/** While sending waits for outcomes. */
const followSoonMs = 700
/** While there is more to send, looking for outcomes takes no more than one part in so many of the time. */
const followShare = 5
/** A lease that ends sooner than this is not sent under: its successor must not find copies that come after its look. */
const sendMarginMs = 3_000
/** How long a consumed copy must not die again before it counts as settled, and when an unread one is given up on. */
const timing = { quietMs: quietPeriodMs, giveUpMs: 600_000 }

/** States in which a replay has letters to send, or will find out that it has none. */
const stillSends: ReadonlySet<string> = new Set(['running', 'paused', 'cancelling'])

/** When a replay was last looked at for outcomes, by this process's monotonic clock, and how long that took. */
const followed = new Map<string, { readonly atMs: number; readonly tookMs: number }>()
/** A worker that was fenced leaves the replay to others for so long. */
const fencedForMs = 15_000
/** When this process was fenced at a replay, by its monotonic clock. */
const fencedAt = new Map<string, number>()
const isLeftToOthers = (id: string): boolean =>
  performance.now() - (fencedAt.get(id) ?? Number.NEGATIVE_INFINITY) < fencedForMs

/** Whether it is time to look for outcomes of a replay; `isSending`: of one that has more to send. */
const isDue = (replay: ReplayRecord, isSending: boolean): boolean => {
  const last = followed.get(replay.id)
  if (!last) return true
  const everyMs = waitsForOutcomes(replay)
    ? followSoonMs
    : Math.max(followEveryMs, isSending ? last.tookMs * followShare : 0)
  return performance.now() - last.atMs >= everyMs
}

/** Sends replays and follows their copies to an outcome, one owner a replay. */
export const replayJob: LeasedLoop = {
  name: 'replay',
  wanted: async ({ db }) =>
    (await listOpenReplayIds(db)).filter((id) => !isLeftToOthers(id)).map((id) => `${leasePrefix}${id}`),
  step: async (leaseName, { deps, logger, hold }) => {
    const replay = await readReplay(deps.db, leaseName.slice(leasePrefix.length))
    const connection = deps.connections.find(({ id }) => id === replay?.connectionId)
    if (!replay || !connection) return 'done'
    const lease = { name: leaseName, fence: hold.fence }
    const call = {
      signal: AbortSignal.any([hold.signal, AbortSignal.timeout(deadlineMs)]),
      mayWrite: () => hold.remainingMs() > sendMarginMs,
    }
    if (replay.state === 'scheduled') return await beginScheduled(deps, replay, lease)
    if (replay.state === 'paused')
      await stopOnReturn(deps, replay, await readControl(deps.db, replay.id), lease)
    const isSending = replay.state === 'running' || replay.state === 'cancelling'
    const waitMs = isSending ? await runReplayStep(deps, connection, replay, lease, call) : null
    if (waitMs === 'fenced') {
      fencedAt.set(replay.id, performance.now())
      logger.warn({ replay: replay.number }, 'fenced by another producer; the lease is given up')
      return 'done'
    }
    if (!isDue(replay, waitMs !== null)) return waitMs ?? followEveryMs
    const atMs = performance.now()
    const current = (await readReplay(deps.db, replay.id)) ?? replay
    const isOpen = await followReplay(deps, connection, current, timing, lease, call)
    followed.set(replay.id, { atMs, tookMs: performance.now() - atMs })
    if (isOpen || stillSends.has(current.state)) return waitMs ?? followEveryMs
    followed.delete(replay.id)
    logger.info({ replay: replay.number, state: current.state }, 'replay has all its outcomes')
    return 'done'
  },
}
