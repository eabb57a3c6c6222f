import type { Call } from '#server/ports/call.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'

/** How long, in milliseconds, what keeps a replay from going on is waited for before it goes on without. */
export type Patience = {
  /** A copy that may still be on its way is looked for again after so long before it counts as never sent. */
  readonly settleMs: number
  /** A topic that is not there: a broker that has just started may not know all of them yet. */
  readonly goneMs: number
  /** A target that can not be read although the broker answers: a right that is missing can be given. */
  readonly unreadableMs: number
  /** A right to write that is missing: it was there when the replay was planned. */
  readonly deniedMs: number
  /** A target that can not be read while an operator waits for the replay to stop. */
  readonly stoppingMs: number
}
export const patience: Patience = {
  settleMs: 1_500,
  goneMs: 10_000,
  unreadableMs: 600_000,
  deniedMs: 30_000,
  stoppingMs: 30_000,
}

/** What one step of sending works with: everything that is written is written under its lease. */
export type ReplayStep = {
  readonly deps: Deps
  /** Where the dead letters are. */
  readonly connection: Connection
  /** Where the copies go, and the ledger is: the same connection unless the replay names another. */
  readonly target: Connection
  readonly replay: ReplayRecord
  readonly lease: LeaseProof
  readonly call: Call
  readonly limits: Patience
}
