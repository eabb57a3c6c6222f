import {
  Logger,
  makeWorkerUtils,
  parseCronItems,
  type RunnerOptions,
  run,
  type TaskList,
} from 'graphile-worker'
import type { Logger as Pino } from 'pino'
import type { Deps } from '#server/services/deps.ts'
import { withSpan } from '#server/telemetry.ts'
import type { Job, JobContext, JobPayload } from './job.ts'
import { backoffMs, pause } from './pause.ts'
import type { WorkerMetrics } from './worker-metrics.ts'

export type JobRuntime = {
  readonly deps: Deps
  readonly logger: Pino
  readonly metrics: WorkerMetrics
  /** The heartbeat's name: when that falls silent, other workers hand this worker's steps back to the queue. */
  readonly workerId: string
  readonly signal: AbortSignal
}

/** How the queue's own messages reach the log; its chatter about single steps is for debugging. */
const queueLogger = (logger: Pino): Logger =>
  new Logger(() => (level, message) => {
    // A step that failed is logged where it ran, with its error.
    if (message.startsWith('Failed task')) return
    if (level === 'error') logger.warn(message)
    else if (level === 'warning') logger.info(message)
    else logger.debug(message)
  })

/** A connection in use that breaks tells so by an event, which ends the process when nobody listens. */
export const guardPool = ({ db }: Deps): void => {
  db.pool.on('connect', (client) => client.on('error', () => {}))
}

/**
 * Runs queued steps one at a time until the signal aborts. The runner ends when PostgreSQL restarts; it is then made
 * anew. One step at a time, because the queue wants one worker id a step and steps are short.
 */
export const runJobs = async (jobs: readonly Job[], runtime: JobRuntime): Promise<void> => {
  const { deps, logger, signal, workerId } = runtime
  let failures = 0
  while (!signal.aborted) {
    const startedAt = performance.now()
    try {
      const options: RunnerOptions & { workerId: string } = {
        pgPool: deps.db.pool,
        concurrency: 1,
        workerId,
        noHandleSignals: true,
        pollInterval: 2_000,
        gracefulShutdownAbortTimeout: 2_000,
        logger: queueLogger(logger),
        taskList: taskListOf(jobs, runtime),
        parsedCronItems: parseCronItems(
          jobs.flatMap(({ name, crontab }) =>
            crontab === undefined ? [] : [{ task: name, match: crontab, options: { jobKey: name } }],
          ),
        ),
      }
      const runner = await run(options)
      const stop = () => void runner.stop().catch(() => {})
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      try {
        await runner.promise
      } finally {
        signal.removeEventListener('abort', stop)
      }
      if (!signal.aborted) logger.warn('the job queue ended; it is started anew')
    } catch (error) {
      if (signal.aborted) return
      logger.warn({ err: error }, 'the job queue broke off; it is started anew')
    }
    failures = performance.now() - startedAt > 60_000 ? 1 : failures + 1
    await pause(backoffMs(failures), signal)
  }
}

const taskListOf = (jobs: readonly Job[], { deps, logger, metrics, signal }: JobRuntime): TaskList =>
  Object.fromEntries(
    jobs.map((job) => [
      job.name,
      async (payload, helpers) => {
        const context: JobContext = {
          deps,
          signal: helpers.abortSignal ? AbortSignal.any([helpers.abortSignal, signal]) : signal,
          logger: logger.child({ job: job.name, jobId: String(helpers.job.id) }),
          enqueue: async (name, next, { key, afterMs = 0 }) => {
            await helpers.addJob(name, next, { jobKey: key, runAt: new Date(Date.now() + afterMs) })
          },
        }
        const startedAt = performance.now()
        const observe = (outcome: string) =>
          metrics.steps.observe({ name: job.name, outcome }, (performance.now() - startedAt) / 1000)
        try {
          await withSpan(`job ${job.name}`, { 'spillway.job': String(helpers.job.id) }, () =>
            job.run(context, payload as JobPayload),
          )
          observe('ok')
        } catch (error) {
          observe('failed')
          context.logger.error({ err: error, attempt: helpers.job.attempts }, 'job failed; tried again later')
          throw error
        }
      },
    ]),
  )

/** Hands steps that dead workers had begun back to the queue, without waiting for the queue's own limit of 4 hours. */
export const unlockJobsOf = async (deps: Deps, workerIds: readonly string[]): Promise<void> => {
  const utils = await makeWorkerUtils({ pgPool: deps.db.pool })
  try {
    await utils.forceUnlockWorkers([...workerIds])
  } finally {
    await utils.release()
  }
}

/** Queues a step at once, so that what runs by the clock also runs at start. */
export const queueNow = async (deps: Deps, jobs: readonly Job[]): Promise<void> => {
  const utils = await makeWorkerUtils({ pgPool: deps.db.pool })
  try {
    await utils.migrate()
    for (const { name } of jobs) await utils.addJob(name, {}, { jobKey: name })
  } finally {
    await utils.release()
  }
}
