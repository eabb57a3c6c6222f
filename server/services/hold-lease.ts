import { acquireLease, LeaseLostError, releaseLease, renewLease } from '#server/repositories/leases.ts'
import type { Deps } from './deps.ts'

/** A lease ends this long after its last renewal, in milliseconds. */
export const leaseTtlMs = 12_000
/** With the time between two looks for free leases (2 s) a takeover takes less than 15 s. */
export const leaseRenewalMs = 5_000

export type HeldLease = {
  readonly name: string
  readonly fence: bigint
  /** Aborts when the lease is lost or given back. */
  readonly signal: AbortSignal
  stillHeld(): boolean
  /** How long the lease lasts at least if it is not renewed any more, in milliseconds; 0 when it may be lost. */
  remainingMs(): number
  /** Gives the lease back, so that another worker can have it at once. */
  release(): Promise<void>
}

/**
 * Takes a lease and keeps it until it is released or lost. Null when another owner holds it. Loss is judged by this
 * process's own monotonic clock from the moment before each renewal was sent, so a paused process or a silent
 * database makes it let go no later than the database does.
 */
export const holdLease = async (deps: Deps, name: string, owner: string): Promise<HeldLease | null> => {
  let goodUntil = performance.now() + leaseTtlMs
  const fence = await acquireLease(deps.db, name, owner, leaseTtlMs)
  if (fence === null) return null
  const ending = new AbortController()
  const remainingMs = () => (ending.signal.aborted ? 0 : Math.max(0, goodUntil - performance.now()))
  const stillHeld = () => remainingMs() > 0
  const lose = () => ending.abort(new LeaseLostError(name, fence))

  let renewing = false
  const renew = async () => {
    if (!stillHeld()) return lose()
    if (renewing) return
    renewing = true
    const askedAt = performance.now()
    try {
      if (await renewLease(deps.db, name, owner, fence, leaseTtlMs)) goodUntil = askedAt + leaseTtlMs
      else lose()
    } catch {
      // The database is away: tried again at the next beat; `stillHeld` ends the lease when that takes too long.
    } finally {
      renewing = false
    }
  }
  let nextRenewalAt = performance.now() + leaseRenewalMs
  const timer = setInterval(() => {
    if (!stillHeld()) lose()
    else if (performance.now() >= nextRenewalAt) {
      nextRenewalAt = performance.now() + leaseRenewalMs
      void renew()
    }
  }, 1_000)
  timer.unref()
  ending.signal.addEventListener('abort', () => clearInterval(timer))

  return {
    name,
    fence,
    signal: ending.signal,
    stillHeld,
    remainingMs,
    release: async () => {
      const held = stillHeld()
      ending.abort()
      if (held) await releaseLease(deps.db, name, owner, fence)
    },
  }
}
