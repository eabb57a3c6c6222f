import type { Logger } from 'pino'
import { isOwnService, type SpanRecord } from '#server/domain/traces/span-record.ts'
import type { Clock } from '#server/ports/clock.ts'
import type { Deps } from '#server/services/deps.ts'
import { announceSpans, reportIntake, type SeenService } from '#server/services/report-intake.ts'

const heartbeatMs = 5_000
const freshEveryMs = 1_000
const announceEveryMs = 2_000

/**
 * Keeps the freshness of the span intake: every 5 s while it idles, at most once a second while spans come. Open pages
 * are told of new spans at most every 2 s. What fails here is tried again and holds nothing up.
 */
export const startIntakeReport = (
  options: { readonly db: Deps['db']; readonly logger: Logger; readonly clock: Clock },
  address: string,
) => {
  const { db, logger, clock } = options
  let seen = new Map<string, SeenService>()
  let lastArrivalMs: number | null = null
  let reportedAt = Number.NEGATIVE_INFINITY
  let announcedAt = Number.NEGATIVE_INFINITY
  let busy: Promise<void> = Promise.resolve()
  let isBusy = false

  const detail = () =>
    lastArrivalMs === null
      ? `listening on ${address}, no span yet`
      : `listening on ${address}, last span ${new Date(lastArrivalMs).toISOString()}`

  const work = async (isLast: boolean): Promise<void> => {
    const now = clock.nowMs()
    if (seen.size > 0 && (isLast || now - announcedAt >= announceEveryMs)) {
      const announced = seen
      seen = new Map()
      announcedAt = now
      try {
        await announceSpans({ db }, [...announced.values()])
      } catch (error) {
        for (const service of announced.values()) remember(seen, service)
        throw error
      }
      reportedAt = now
      await reportIntake({ db }, detail())
    } else if (now - reportedAt >= (seen.size > 0 ? freshEveryMs : heartbeatMs)) {
      reportedAt = now
      await reportIntake({ db }, detail())
    }
  }

  const tick = () => {
    if (isBusy) return
    isBusy = true
    busy = work(false)
      .catch((error: unknown) => logger.warn({ err: error }, 'span intake could not be reported'))
      .finally(() => {
        isBusy = false
      })
  }
  const timer = setInterval(tick, 500)
  timer.unref()
  tick()

  return {
    received: (spans: readonly SpanRecord[]): void => {
      // Spillway's own spans would make a silent intake look alive, and every open page ask anew for nothing.
      const foreign = spans.filter(({ service }) => !isOwnService(service))
      if (foreign.length > 0) lastArrivalMs = clock.nowMs()
      for (const { service, serviceVersion: version, startNs } of foreign)
        remember(seen, { service, version, firstNs: startNs, lastNs: startNs })
    },
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await busy
      await work(true).catch(() => {})
    },
  }
}

const remember = (seen: Map<string, SeenService>, service: SeenService): void => {
  const key = `${service.service}\0${service.version ?? ''}`
  const known = seen.get(key)
  if (known === undefined) seen.set(key, service)
  else if (service.firstNs < known.firstNs || service.lastNs > known.lastNs)
    seen.set(key, {
      ...known,
      firstNs: known.firstNs < service.firstNs ? known.firstNs : service.firstNs,
      lastNs: known.lastNs > service.lastNs ? known.lastNs : service.lastNs,
    })
}
