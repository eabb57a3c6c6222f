import type { Outcome } from '#server/contracts/replays.ts'

/** A step of a canary that an operator opened before the one before was proven. */
export type ContinuedStep = {
  /** The step that was open then, from 0 on. */
  readonly step: number
  readonly by: string
  readonly atMs: number
  readonly reason: string
  readonly unproven: readonly { readonly outcome: Outcome; readonly count: number }[]
}

/** How a started replay is paced and steered. Times in milliseconds since the epoch. */
export type ReplayControl = {
  readonly bytesPerSecond: number | null
  /** Copies that may be sent and not yet consumed at once. */
  readonly maxInFlight: number | null
  readonly canary: boolean
  readonly openStep: number
  readonly continued: readonly ContinuedStep[]
  readonly startAtMs: number | null
  readonly paused: { readonly by: string; readonly atMs: number } | null
  /** Until when what was sent has used the pace up, where that was worth keeping. */
  readonly pacedUntilMs: number | null
  readonly waitsFor: string | null
  readonly stopped: {
    readonly by: string
    readonly atMs: number
    readonly because: string
    readonly letterId: bigint | null
  } | null
}

/** Of a replay from before this was kept. */
export const uncontrolled: ReplayControl = {
  bytesPerSecond: null,
  maxInFlight: null,
  canary: false,
  openStep: 0,
  continued: [],
  startAtMs: null,
  paused: null,
  pacedUntilMs: null,
  waitsFor: null,
  stopped: null,
}
