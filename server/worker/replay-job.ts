import { listOpenReplayIds, readReplay } from '#server/repositories/replays.ts'
import { followReplay } from '#server/services/follow-replay.ts'
import { runReplayStep } from '#server/services/run-replay-step.ts'
import type { LeasedLoop } from './leased-loop.ts'

const leasePrefix = 'replay:'
const deadlineMs = 30_000
const followEveryMs = 2_000
/** A lease that ends sooner than this is not sent under: its successor must not find copies that come after its look. */
const sendMarginMs = 3_000
/** How long a consumed copy must not die again before it counts as settled, and when an unread one is given up on. */
const timing = { quietMs: Number(process.env.SPILLWAY_QUIET_PERIOD_MS ?? 30_000), giveUpMs: 600_000 }

const followedAt = new Map<string, number>()
/** A worker that was fenced leaves the replay to others for so long. */
const fencedForMs = 15_000
/** When this process was fenced at a replay, by its monotonic clock. */
const fencedAt = new Map<string, number>()
const isLeftToOthers = (id: string): boolean =>
  performance.now() - (fencedAt.get(id) ?? Number.NEGATIVE_INFINITY) < fencedForMs

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
    const isSending = replay.state === 'running' || replay.state === 'cancelling'
    const waitMs = isSending ? await runReplayStep(deps, connection, replay, lease, call) : null
    if (waitMs === 'fenced') {
      fencedAt.set(replay.id, performance.now())
      logger.warn({ replay: replay.number }, 'fenced by another producer; the lease is given up')
      return 'done'
    }
    const isDue = performance.now() - (followedAt.get(replay.id) ?? Number.NEGATIVE_INFINITY) >= followEveryMs
    if (!isDue) return waitMs ?? followEveryMs
    followedAt.set(replay.id, performance.now())
    const current = (await readReplay(deps.db, replay.id)) ?? replay
    const isOpen = await followReplay(deps, connection, current, timing, lease, call)
    if (isOpen || current.state === 'running' || current.state === 'cancelling')
      return waitMs ?? followEveryMs
    followedAt.delete(replay.id)
    logger.info({ replay: replay.number, state: current.state }, 'replay has all its outcomes')
    return 'done'
  },
}
