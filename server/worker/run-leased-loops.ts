import type { Logger } from 'pino'
import type { Deps } from '#server/services/deps.ts'
import { type HeldLease, holdLease } from '#server/services/hold-lease.ts'
import { withSpan } from '#server/telemetry.ts'
import type { LeasedLoop } from './leased-loop.ts'
import { backoffMs, pause } from './pause.ts'
import type { WorkerMetrics } from './worker-metrics.ts'

/** Between two looks for wanted and free leases, in milliseconds. */
const lookMs = 2_000

export type LoopRuntime = {
  readonly deps: Deps
  readonly logger: Logger
  readonly metrics: WorkerMetrics
  /** Unique to this process. */
  readonly owner: string
  /** Aborts when the worker stops. */
  readonly signal: AbortSignal
}

type Running = {
  readonly lease: HeldLease
  readonly unwanted: AbortController
  readonly ended: Promise<void>
}

/**
 * Runs one leased loop until the signal aborts: looks which leases are wanted, takes the free ones, steps under each,
 * and gives them back when they are done, no longer wanted, or the worker stops. Resolves when all are given back.
 */
export const runLeasedLoop = async (loop: LeasedLoop, runtime: LoopRuntime): Promise<void> => {
  const { deps, owner, signal } = runtime
  const logger = runtime.logger.child({ loop: loop.name })
  const running = new Map<string, Running>()
  let failures = 0

  const start = async (name: string) => {
    const lease = await holdLease(deps, name, owner)
    if (!lease) return
    logger.info({ lease: name, fence: lease.fence.toString() }, 'lease taken')
    runtime.metrics.leasesHeld.inc({ loop: loop.name })
    const unwanted = new AbortController()
    const ended = runSteps(loop, lease, AbortSignal.any([lease.signal, unwanted.signal, signal]), runtime)
      .then(() => lease.release())
      .catch((error: unknown) => logger.warn({ err: error, lease: name }, 'lease not given back; it expires'))
      .finally(() => {
        running.delete(name)
        runtime.metrics.leasesHeld.dec({ loop: loop.name })
        logger.info({ lease: name }, 'lease ended')
      })
    running.set(name, { lease, unwanted, ended })
  }

  while (!signal.aborted) {
    try {
      const wanted = new Set(await loop.wanted(deps, owner))
      for (const [name, { unwanted }] of running) if (!wanted.has(name)) unwanted.abort()
      for (const name of wanted) if (!running.has(name) && !signal.aborted) await start(name)
      failures = 0
    } catch (error) {
      failures++
      logger.warn({ err: error, failures }, 'could not look for leases')
    }
    await pause(failures === 0 ? lookMs : Math.min(5_000, backoffMs(failures)), signal)
  }
  await Promise.all([...running.values()].map(({ ended }) => ended))
}

const runSteps = async (
  loop: LeasedLoop,
  lease: HeldLease,
  signal: AbortSignal,
  { deps, logger, metrics }: LoopRuntime,
): Promise<void> => {
  const hold = {
    fence: lease.fence,
    signal,
    stillHeld: () => !signal.aborted && lease.stillHeld(),
    remainingMs: lease.remainingMs,
  }
  const context = { deps, hold, logger: logger.child({ loop: loop.name, lease: lease.name }) }
  let failures = 0
  while (hold.stillHeld()) {
    const startedAt = performance.now()
    try {
      const next = await withSpan(`step ${loop.name}`, { 'spillway.lease': lease.name }, () =>
        loop.step(lease.name, context),
      )
      metrics.steps.observe({ name: loop.name, outcome: 'ok' }, (performance.now() - startedAt) / 1000)
      failures = 0
      if (next === 'done') return
      await pause(next, signal)
    } catch (error) {
      if (signal.aborted) return
      failures++
      metrics.steps.observe({ name: loop.name, outcome: 'failed' }, (performance.now() - startedAt) / 1000)
      context.logger.error({ err: error, failures, retryMs: backoffMs(failures) }, 'step failed')
      await pause(backoffMs(failures), signal)
    }
  }
}
