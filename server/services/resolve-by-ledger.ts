import type { BrokerError } from '#server/ports/broker-error.ts'
import { listBegunSources, listIntents } from '#server/repositories/replay-items.ts'
import type { ReplayStep } from './replay-step.ts'
import { giveUpOn, isGivenUp, noteWorking, type Resolution } from './resolve-intents.ts'
import { letGoOfSettled, takeOverSource } from './take-over-source.ts'

/**
 * Finds out by the ledger what became of batches that were begun: takes over every dead-letter partition that has some.
 * A ledger that can not be read for longer than patience lasts is given up on: nobody will know of their copies.
 */
export const resolveByLedger = async (step: ReplayStep): Promise<Resolution> => {
  const { deps, target, replay } = step
  for (const source of await listBegunSources(deps.db, replay.id)) {
    // What it came to could not be written down, or it broke off between: what is in hand does not know either.
    letGoOfSettled(step, source)
    const taken = await takeOverSource(step, source)
    if (!taken.ok) return hinderedBy(step, taken.error)
    noteWorking(step, target.ledgerTopic)
    if (taken.value.state === 'looking') return taken.value
  }
  return { state: 'resolved' }
}

/** What keeps the ledger from being read is waited for; after that the replay ends without it. */
export const hinderedBy = async (step: ReplayStep, error: BrokerError): Promise<Resolution> => {
  const { deps, replay, limits } = step
  const { ledgerTopic } = step.target
  // A right that is missing is waited for as long as that to write to a target.
  const patient = { ...limits, unreadableMs: error.kind === 'denied' ? limits.deniedMs : limits.unreadableMs }
  if (!isGivenUp({ ...step, limits: patient }, ledgerTopic, error.kind)) return { state: 'waiting', error }
  const begun = await listIntents(deps.db, replay.id)
  const lost: BrokerError = { ...error, kind: 'denied', detail: `the ledger ${ledgerTopic}: ${error.detail}` }
  for (const topic of replay.targets) {
    const own = begun.filter(({ targetTopic }) => targetTopic === topic)
    await giveUpOn(step, topic, own, lost)
  }
  noteWorking(step, ledgerTopic)
  return { state: 'resolved' }
}
