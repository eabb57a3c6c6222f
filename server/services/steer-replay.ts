import { findGate } from '#server/domain/canary-steps.ts'
import { batchLimits, nextFreeAt, type Pace } from '#server/domain/pacing.ts'
import type { ReplayControl } from '#server/domain/replay-control.ts'
import { sayMany, sayMoment } from '#server/domain/say-amounts.ts'
import {
  countUnsent,
  findFirstReturn,
  type Return,
  readFirstItems,
  stopByReturn,
} from '#server/repositories/canary-items.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { readControl, setOpenStep, setPacedUntil, setWaitsFor } from '#server/repositories/replay-control.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Deps } from './deps.ts'
import type { ReplayStep } from './replay-step.ts'

/** What may be sent now: so much of it, of items up to one in the order of sending. */
export type Permit =
  | {
      readonly state: 'send'
      readonly most: { readonly copies: number; readonly bytes: number }
      readonly untilSeq: number | null
      readonly pace: Pace
      /** Whether it is to be asked anew before each batch: what the last one came to decides on the next. */
      readonly isSteered: boolean
    }
  /** Nothing for now: by its pace, its canary, or because too many copies are in flight. */
  | { readonly state: 'wait'; readonly waitMs: number }
  /** A copy came back: what was not sent will not be. */
  | { readonly state: 'stopped' }

/** A step is never longer than this, so that Stop and Pause take effect soon. */
const longestWaitMs = 1_000
const gateMs = 500
/** A pace that is used up for longer than this is kept for who takes over: a killed worker's lease lasts 12 s. */
const keptFromMs = 5_000

/** Until when the pace of a replay under a lease is used up, by this process's monotonic clock. */
const freeAt = new Map<string, number>()
/** The last step of a replay under a lease that sent something: how long all of it took, in milliseconds, and when the next might begin. */
const lastBatch = new Map<string, { readonly tookMs: number; readonly nextAtMs: number }>()
/** Replays that wait for outcomes. */
const waiting = new Set<string>()

const nameOf = (replay: ReplayRecord, lease: LeaseProof): string => `${replay.id} ${lease.fence}`

/** Whether a replay waits for outcomes of its copies: they are worth looking for sooner. */
export const waitsForOutcomes = (replay: ReplayRecord): boolean => waiting.has(replay.id)

/** Forgets what was kept of the pace of a replay that sends no more. */
export const forgetPace = (replay: ReplayRecord): void => {
  waiting.delete(replay.id)
  for (const kept of [freeAt, lastBatch])
    for (const name of kept.keys()) if (name.startsWith(`${replay.id} `)) kept.delete(name)
}

/**
 * What a replay may send now by its own settings. A canary is asked before each batch: it is stopped as soon as a copy
 * that came back is known here, whoever has seen it first, and whichever worker comes to send.
 */
export const permitBatch = async (
  { deps, replay, lease }: ReplayStep,
  largest: { readonly copies: number; readonly bytes: number },
): Promise<Permit> => {
  const control = await readControl(deps.db, replay.id)
  if (await stopOnReturn(deps, replay, control, lease)) return { state: 'stopped' }
  const name = nameOf(replay, lease)
  const pacedMs = (freeAt.get(name) ?? takenOver(deps, control)) - performance.now()
  if (pacedMs > 1) {
    freeAt.set(name, pacedMs + performance.now())
    const isLong = pacedMs > keptFromMs
    const until = sayMoment(deps.clock.nowMs() + pacedMs)
    await tellWait(
      deps,
      replay,
      control,
      isLong ? `The last batch has used up the pace until ${until}` : null,
      lease,
    )
    return { state: 'wait', waitMs: Math.min(pacedMs, longestWaitMs) }
  }
  const pace = { copiesPerSecond: replay.pacePerSecond, bytesPerSecond: control.bytesPerSecond }
  const last = lastBatch.get(name)
  // Looking for outcomes comes between: the time that it takes counts, too.
  const took = last ? last.tookMs + Math.max(0, performance.now() - last.nextAtMs) : null
  if (!control.canary && control.maxInFlight === null) {
    await tellWait(deps, replay, control, null, lease)
    const isSteered = control.bytesPerSecond !== null
    return { state: 'send', most: batchLimits(pace, largest, took), untilSeq: null, pace, isSteered }
  }
  const { unsent, inFlight, groups } = await countUnsent(deps.db.pool, replay.id)
  let untilSeq: number | null = null
  if (control.canary) {
    const first = (await readFirstItems(deps.db.pool, [replay.id])).get(replay.id) ?? []
    const gate = findGate(first, control.openStep, unsent)
    if (gate.step > control.openStep) {
      await setOpenStep(deps.db, replay.id, gate.step, lease)
      await notifyChanged(deps.db, 'replays', replay.connectionId)
    }
    if (gate.state !== 'send') {
      await tellWait(deps, replay, control, null, lease)
      waiting.add(replay.id)
      lastBatch.delete(name)
      return { state: 'wait', waitMs: gateMs }
    }
    untilSeq = gate.untilSeq
  }
  const room = control.maxInFlight === null ? largest.copies : control.maxInFlight - inFlight
  if (room <= 0 && unsent > 0) {
    const who = groups.length === 0 ? 'any group' : groups.join(', ')
    const sentence = `${sayMany(inFlight, 'copy is', 'copies are')} sent and not yet consumed by ${who}: no more may be in flight`
    await tellWait(deps, replay, control, sentence, lease)
    waiting.add(replay.id)
    lastBatch.delete(name)
    return { state: 'wait', waitMs: gateMs }
  }
  waiting.delete(replay.id)
  await tellWait(deps, replay, control, null, lease)
  const most = batchLimits(pace, { ...largest, copies: Math.max(1, Math.min(largest.copies, room)) }, took)
  const isSteered = control.canary || control.bytesPerSecond !== null || control.maxInFlight !== null
  return { state: 'send', most, untilSeq, pace, isSteered }
}

/** Where the pace of a former worker has got to, by this process's clock. */
const takenOver = ({ clock }: Deps, { pacedUntilMs }: ReplayControl): number =>
  pacedUntilMs === null ? 0 : performance.now() + pacedUntilMs - clock.nowMs()

const tellWait = async (
  deps: Deps,
  replay: ReplayRecord,
  { waitsFor }: ReplayControl,
  sentence: string | null,
  lease: LeaseProof,
): Promise<void> => {
  if (waitsFor === sentence) return
  await setWaitsFor(deps.db, replay.id, sentence, lease)
  await notifyChanged(deps.db, 'replays', replay.connectionId)
}

/** Notes what a batch has used up of the pace. Answers when the next may begin, in milliseconds from now. */
export const usePace = async (
  { deps, replay, lease }: ReplayStep,
  pace: Pace,
  batch: { readonly startedAtMs: number; readonly copies: number; readonly bytes: number },
): Promise<number> => {
  const name = nameOf(replay, lease)
  const free = nextFreeAt(pace, freeAt.get(name) ?? 0, batch.startedAtMs, batch)
  freeAt.set(name, free)
  const now = performance.now()
  lastBatch.set(name, { tookMs: now - batch.startedAtMs, nextAtMs: Math.max(free, now) })
  const leftMs = free - now
  if (leftMs > keptFromMs) await setPacedUntil(deps.db, replay.id, deps.clock.nowMs() + leftMs, lease)
  return Math.max(0, Math.min(leftMs, longestWaitMs))
}

/** Stops a canary of which a copy came back before all was sent. Answers whether it did so now. */
export const stopOnReturn = async (
  deps: Deps,
  replay: ReplayRecord,
  control: ReplayControl,
  lease: LeaseProof,
): Promise<boolean> => {
  if (!control.canary || control.stopped !== null) return false
  const back = await findFirstReturn(deps.db, replay.id)
  if (!back) return false
  const skipped = await stopByReturn(deps.db, replay, sayReturn(back), back.letterId, lease)
  if (skipped === null) return false
  waiting.delete(replay.id)
  await notifyChanged(deps.db, 'replays', replay.connectionId)
  return true
}

const sayReturn = ({ keyText, sourceLetterId, letterId, topic, errorClass, sameError }: Return): string =>
  `the copy of ${keyText ?? `letter ${sourceLetterId}`} died again in ${topic}${letterId === null ? '' : ` (dead letter ${letterId})`}: ${errorClass ?? 'unknown error'}, ${sameError ? 'the same error as before' : 'another error than before'}`
