import './name-process.ts'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { compose } from '#server/composition.ts'
import { readConfig } from '#server/config.ts'
import { type Env, readEnv } from '#server/env.ts'
import { readKnownHosts } from '#server/known-hosts.ts'
import { logger as rootLogger } from '#server/logger.ts'
import { applyMigrations } from '#server/repositories/migrate.ts'
import { ensurePartitions } from '#server/services/ensure-partitions.ts'
import { startTracing } from '#server/start-tracing.ts'
import { makeHeart } from './heart.ts'
import { backoffMs, pause } from './pause.ts'
import { jobs, loops } from './registered.ts'
import { guardPool, queueNow, runJobs } from './run-jobs.ts'
import { runLeasedLoop } from './run-leased-loops.ts'
import { runReceiver } from './run-receiver.ts'
import { makeWorkerMetrics, serveMetrics } from './worker-metrics.ts'

/** How long the work in progress may take to end after SIGTERM, in milliseconds. */
const patienceMs = 4_000
/** How long the last own spans may take to be sent, in milliseconds. */
const tracesPatienceMs = 500
/** Of steps that repeat every second, a trace in ten seconds tells enough. */
const rootsPerMinute = 6

/**
 * Starts a worker: heartbeat, job queue, and all leased loops. Runs until SIGTERM or SIGINT, then gives everything
 * back within 5 s. Set WORKER_ID to name it; a random part is added, so that no two processes share a name.
 */
const startWorker = async (): Promise<void> => {
  const env = readEnv()
  const { deps, dispose } = compose(env, readConfig(env))
  const workerId = `${process.env.WORKER_ID ?? `${hostname()}-${process.pid}`}.${randomBytes(3).toString('hex')}`
  const logger = rootLogger.child({ workerId })
  const metrics = makeWorkerMetrics()
  const stopTracing = startTracing('spillway-worker', ownTracesEndpoint(env), rootsPerMinute)
  const stopping = new AbortController()
  const { signal } = stopping
  surviveStrayErrors(logger, metrics)
  guardPool(deps)

  const stop = (name: string) => {
    if (signal.aborted) process.exit(1)
    logger.info({ signal: name }, 'stopping')
    stopping.abort()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)

  await untilDone('apply migrations', signal, async () => {
    await applyMigrations(env.DATABASE_URL ?? '', (message) => logger.info(message))
  })
  // What is written before its day has a partition would land in the default one.
  await untilDone('make partitions', signal, async () => {
    await ensurePartitions(deps)
  })
  const heart = makeHeart(deps, logger, workerId, signal)
  const knownHosts = readKnownHosts(env.SPILLWAY_ALLOWED_HOSTS)
  const server = await serveMetrics(env.WORKER_METRICS_PORT, knownHosts, metrics, () => ({
    healthy: heart.isHealthy(),
    workerId,
    lastBeatAt: heart.lastBeatAt(),
  }))
  logger.info(
    { metricsPort: server.port, connections: deps.connections.map(({ id }) => id) },
    'worker started',
  )

  const runtime = { deps, logger, metrics, signal }
  const running = Promise.all([
    heart.run(),
    untilDone('queue the first jobs', signal, () => queueNow(deps, jobs)).then(() =>
      runJobs(jobs, { ...runtime, workerId }),
    ),
    runReceiver(
      {
        db: deps.db,
        clock: deps.clock,
        logger,
        port: env.OTLP_PORT,
        // Without a login nothing listens beyond this machine.
        host: '127.0.0.1',
        knownHosts,
      },
      signal,
    ),
    ...loops.map((loop) => runLeasedLoop(loop, { ...runtime, owner: workerId })),
  ])
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
  const late = setTimeout(() => {
    logger.warn('work in progress did not end in time; its leases expire by themselves')
    process.exit(0)
  }, patienceMs)
  await Promise.race([stopTracing(), pause(tracesPatienceMs, AbortSignal.timeout(tracesPatienceMs))])
  await running
  await server.close()
  await dispose()
  clearTimeout(late)
  logger.info('stopped')
  process.exit(0)

  async function untilDone(what: string, until: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (let failures = 1; !until.aborted; failures++) {
      try {
        return await work()
      } catch (error) {
        logger.error({ err: error, retryMs: backoffMs(failures) }, `could not ${what}`)
        await pause(backoffMs(failures), until)
      }
    }
  }
}

/** Where this worker's own spans go: where it is told, or to the receiver of this machine. */
const ownTracesEndpoint = ({ SPILLWAY_TRACES_ENDPOINT, OTLP_PORT }: Env): string | undefined =>
  SPILLWAY_TRACES_ENDPOINT ?? (OTLP_PORT === 0 ? undefined : `http://127.0.0.1:${OTLP_PORT}`)

/** Errors of sockets that nobody listens to any more: no reason to end the process. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const surviveStrayErrors = (
  logger: typeof rootLogger,
  metrics: ReturnType<typeof makeWorkerMetrics>,
): void => {
  process.on('unhandledRejection', (error) => {
    metrics.strayErrors.inc({ kind: 'rejection' })
    logger.error({ err: error }, 'a promise failed that nobody waited for')
  })
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    metrics.strayErrors.inc({ kind: 'exception' })
    if (error.code !== undefined && networkCodes.has(error.code)) {
      logger.error({ err: error }, 'a connection failed that nobody listened to')
      return
    }
    logger.fatal({ err: error }, 'the state of the process is unknown; it ends')
    process.exit(1)
  })
}

await startWorker()
