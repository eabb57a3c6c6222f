import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { listIntents } from '#server/repositories/replay-items.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { endTarget, isGivenUp, noteWorking, type Patience } from './resolve-intents.ts'

/** Targets that do not take copies from this user, and why. */
export type Refused = { readonly topics: readonly string[]; readonly error: BrokerError }

/** What a refusal is noted under: topics have no such names. */
const sending = ' sending'

/** A target among those given that this user may not write to, if there is one. Asked before anything is begun for it. */
export const findRefusingTarget = async (
  connection: Connection,
  targets: readonly string[],
  call: Call,
): Promise<Refused | null> => {
  const topics = [...new Set(targets)] as TopicName[]
  const rights = await connection.broker.topics.rights(topics, call)
  const topic = rights.ok ? topics.find((name) => rights.value.get(name)?.write === false) : undefined
  if (topic === undefined) return null
  const detail = `this user has no Write right on ${topic}`
  return { topics: [topic], error: { kind: 'denied', detail, source: 'broker' } }
}

/** Notes that copies are taken. */
export const noteAccepted = (replay: ReplayRecord, lease: LeaseProof): void =>
  noteWorking(replay, lease, sending)

/**
 * Notes that a right to write is missing. Answers whether it has been for `deniedMs`, in which someone could have given
 * it: then what needs it has failed, with the reason.
 */
export const giveUpOnRight = async (
  deps: Deps,
  replay: ReplayRecord,
  { topics, error }: Refused,
  lease: LeaseProof,
  limits: Patience,
): Promise<boolean> => {
  const patient = { ...limits, unreadableMs: limits.deniedMs }
  if (!isGivenUp(replay, lease, sending, error.kind, patient)) return false
  for (const topic of new Set(topics)) await refuseTarget(deps, replay, topic, error, lease)
  noteAccepted(replay, lease)
  return true
}

/**
 * Fails what is to be sent to a topic that refuses it, and tells so in the replay. Of copies whose sending was begun and
 * refused nobody knows for sure that none arrived: those are UNKNOWN.
 */
const refuseTarget = async (
  deps: Deps,
  replay: ReplayRecord,
  topic: string,
  { detail }: BrokerError,
  lease: LeaseProof,
): Promise<void> => {
  const begun = (await listIntents(deps.db, replay.id)).filter(({ targetTopic }) => targetTopic === topic)
  const what = `${topic} refused the copies (${detail})`
  const unknown = `sending had begun and was refused (${detail}); whether it arrived was not found out`
  await endTarget(deps, replay, { topic, begun, what, unknown, unsent: `not sent: ${detail}` }, lease)
}
