import { z } from 'zod'
import { canaryStepStates, outcomes } from './choices.ts'
import { epochMs } from './scalars.ts'

const outcomeCount = z.object({ outcome: z.enum(outcomes), count: z.number().int() })

/** How a replay is to be paced and steered, besides how many copies a second. What is left out is as before: no limit. */
export const replayControlRequest = {
  /** Bytes of keys, values and headers a second. */
  bytesPerSecond: z.number().int().min(1_000).max(1_000_000_000).nullable().optional(),
  /** Copies that may be sent and not yet consumed by the group that failed, at once. */
  maxInFlight: z.number().int().min(1).max(100_000).nullable().optional(),
  /** One copy, then five, then twenty, then the rest, each when the ones before have settled. Left out: from 21 letters on. */
  canary: z.boolean().optional(),
  /** When sending is to begin; null or left out: at once. */
  startAt: epochMs.nullable().optional(),
}

export const canaryStep = z.object({
  /** How many copies it holds at most; null: the rest. */
  size: z.number().int().nullable(),
  state: z.enum(canaryStepStates),
  outcomes: z.array(outcomeCount),
  /** Who opened the step after it before it was proven, and what was not proven then. */
  continued: z
    .object({ by: z.string(), at: epochMs, reason: z.string(), unproven: z.array(outcomeCount) })
    .nullable(),
})
export type CanaryStep = z.infer<typeof canaryStep>

export const replayControl = z.object({
  bytesPerSecond: z.number().int().nullable(),
  maxInFlight: z.number().int().nullable(),
  /** Copies that are sent and not yet consumed. */
  inFlight: z.number().int(),
  startAt: epochMs.nullable(),
  paused: z.object({ by: z.string(), at: epochMs }).nullable(),
  /** What its own settings keep it waiting for at present, as a sentence. */
  waitsFor: z.string().nullable(),
  /** Why it ended before all was sent. */
  stopped: z
    .object({
      by: z.string(),
      at: epochMs,
      because: z.string(),
      /** The copy that came back, as a dead letter. */
      letterId: z.string().nullable(),
    })
    .nullable(),
  canary: z
    .object({
      /** The step that is open, from 0 on. */
      open: z.number().int(),
      steps: z.array(canaryStep),
      /** How long a consumed copy must not die again before it counts as settled. */
      quietMs: z.number(),
      /** When the open step will be proven if nothing goes wrong; `isEarliest` while a copy is not consumed yet. */
      expectedEnd: z.object({ at: epochMs, isEarliest: z.boolean() }).nullable(),
      /** Copies of the open step that are not proven yet, by outcome. */
      unproven: z.array(outcomeCount),
    })
    .nullable(),
})
export type ReplayControl = z.infer<typeof replayControl>

export const continueReplayRequest = z.object({
  /** The step that is open: a second click does not open the one after, too. */
  step: z.number().int().min(0).max(10),
  /** Why it may go on before it is proven. */
  reason: z
    .string()
    .max(500)
    .refine((text) => text.trim() !== '', 'say why it may go on'),
})
