import type { Logger } from 'pino'
import type { Deps } from '#server/services/deps.ts'

/** A lease in hand. */
export type LeaseHold = {
  /** Grows with every change of owner; writers hand it to `assertFence` inside their transactions. */
  readonly fence: bigint
  /** Aborts when the lease is lost, when it is no longer wanted, or when the worker stops. */
  readonly signal: AbortSignal
  /** False as soon as another worker may own the lease. */
  stillHeld(): boolean
  /** How long the lease lasts at least if it is not renewed any more, in milliseconds. */
  remainingMs(): number
}

export type StepContext = { readonly deps: Deps; readonly logger: Logger; readonly hold: LeaseHold }

/** Work that must have a single owner among all workers for longer than one step. */
export type LeasedLoop = {
  readonly name: string
  /**
   * Names of the leases that this owner wants now, e.g. one per connection or per running replay; asked again every few
   * seconds. What it does not want any more is given back.
   */
  wanted(deps: Deps, owner: string): Promise<readonly string[]>
  /**
   * One short step under the lease; answers how long to wait before the next (ms), or 'done' to release. What it
   * throws is logged, and the step is tried again with growing waits while the lease is kept.
   */
  step(leaseName: string, context: StepContext): Promise<number | 'done'>
}
