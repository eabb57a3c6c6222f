import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { listBegunSources, listIntents } from '#server/repositories/replay-items.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { targetOf } from './replay-target.ts'
import { giveUpOn, isGivenUp, noteWorking, type Patience, type Resolution } from './resolve-intents.ts'
import { letGoOfSettled, takeOverSource } from './take-over-source.ts'

/**
 * Finds out by the ledger what became of batches that were begun: takes over every dead-letter partition that has some.
 * A ledger that can not be read for longer than patience lasts is given up on: nobody will know of their copies.
 */
export const resolveByLedger = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  lease: LeaseProof,
  call: Call,
  limits: Patience,
): Promise<Resolution> => {
  for (const source of await listBegunSources(deps.db, replay.id)) {
    // What it came to could not be written down, or it broke off between: what is in hand does not know either.
    letGoOfSettled(replay, lease, source)
    const taken = await takeOverSource(deps, connection, replay, source, lease, call)
    if (!taken.ok) return hinderedBy(deps, connection, replay, taken.error, lease, limits)
    noteWorking(replay, lease, targetOf(deps, connection, replay).ledgerTopic)
    if (taken.value.state === 'looking') return taken.value
  }
  return { state: 'resolved' }
}

/** What keeps the ledger from being read is waited for; after that the replay ends without it. */
export const hinderedBy = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  error: BrokerError,
  lease: LeaseProof,
  limits: Patience,
): Promise<Resolution> => {
  const { ledgerTopic } = targetOf(deps, connection, replay)
  // A right that is missing is waited for as long as that to write to a target.
  const patient = { ...limits, unreadableMs: error.kind === 'denied' ? limits.deniedMs : limits.unreadableMs }
  if (!isGivenUp(replay, lease, ledgerTopic, error.kind, patient)) return { state: 'waiting', error }
  const begun = await listIntents(deps.db, replay.id)
  const lost: BrokerError = { ...error, kind: 'denied', detail: `the ledger ${ledgerTopic}: ${error.detail}` }
  for (const topic of replay.targets) {
    const own = begun.filter(({ targetTopic }) => targetTopic === topic)
    await giveUpOn(deps, replay, topic, own, lost, lease)
  }
  noteWorking(replay, lease, ledgerTopic)
  return { state: 'resolved' }
}
