import type { Logger } from 'pino'
import type { Deps } from '#server/services/deps.ts'
import {
  beatHeart,
  heartbeatLimitMs,
  heartbeatMs,
  sweepSilentWorkers,
} from '#server/services/keep-heartbeat.ts'
import { pause } from './pause.ts'
import { unlockJobsOf } from './run-jobs.ts'

export type Heart = {
  /** When the last heartbeat reached the database, on this machine's clock; null before the first. */
  lastBeatAt(): number | null
  isHealthy(): boolean
  run(): Promise<void>
}

/** Says every 3 s that this worker lives, and takes over what silent workers have left behind. */
export const makeHeart = (deps: Deps, logger: Logger, workerId: string, signal: AbortSignal): Heart => {
  let lastBeatAt: number | null = null
  let broken = false
  const beatOnce = async () => {
    await beatHeart(deps, workerId)
    lastBeatAt = deps.clock.nowMs()
    const swept = await sweepSilentWorkers(deps, (silent) => unlockJobsOf(deps, silent))
    if (swept.length > 0) logger.warn({ workers: swept }, 'silent workers swept; their steps are free again')
  }
  return {
    lastBeatAt: () => lastBeatAt,
    isHealthy: () => lastBeatAt !== null && deps.clock.nowMs() - lastBeatAt < heartbeatLimitMs,
    run: async () => {
      while (!signal.aborted) {
        try {
          await beatOnce()
          if (broken) logger.info('the database answers again')
          broken = false
        } catch (error) {
          if (!broken) logger.error({ err: error }, 'no heartbeat: the database does not answer')
          broken = true
        }
        await pause(heartbeatMs, signal)
      }
    },
  }
}
