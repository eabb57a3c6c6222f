import type { Logger } from 'pino'
import type { Deps } from '#server/services/deps.ts'

export type JobContext = {
  readonly deps: Deps
  readonly logger: Logger
  /** Aborts when the worker stops. */
  readonly signal: AbortSignal
  /**
   * Queues a step. A second one with the same key before the first has begun replaces it, so that queueing twice is
   * once.
   */
  enqueue(jobName: string, payload: JobPayload, options: { key: string; afterMs?: number }): Promise<void>
}

export type JobPayload = Readonly<Record<string, string | number | boolean | null>>

/**
 * One short step from the PostgreSQL job queue. A step may run twice (its worker can die after the work and before
 * saying so), so it must do no harm the second time. What it throws is logged and it is tried again later.
 */
export type Job = {
  readonly name: string
  /** When it runs by itself, as a crontab of five fields in UTC; jobs without one run when queued. */
  readonly crontab?: string
  run(context: JobContext, payload: JobPayload): Promise<void>
}
