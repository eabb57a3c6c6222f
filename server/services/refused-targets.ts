import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { listIntents } from '#server/repositories/replay-items.ts'
import type { ReplayStep } from './replay-step.ts'
import { endTarget, isGivenUp, noteWorking } from './resolve-intents.ts'

/** Targets that do not take copies from this user, and why. */
export type Refused = { readonly topics: readonly string[]; readonly error: BrokerError }

/** What a refusal is noted under: topics have no such names. */
const sending = ' sending'

/** A target among those given that this user may not write to, if there is one. Asked before anything is begun for it. */
export const findRefusingTarget = async (
  { target, call }: ReplayStep,
  targets: readonly string[],
): Promise<Refused | null> => {
  const topics = [...new Set(targets)] as TopicName[]
  const rights = await target.broker.topics.rights(topics, call)
  const topic = rights.ok ? topics.find((name) => rights.value.get(name)?.write === false) : undefined
  if (topic === undefined) return null
  const detail = `this user has no Write right on ${topic}`
  return { topics: [topic], error: { kind: 'denied', detail, source: 'broker' } }
}

/** Notes that copies are taken. */
export const noteAccepted = (step: ReplayStep): void => noteWorking(step, sending)

/**
 * Notes that a right to write is missing. Answers whether it has been for `deniedMs`, in which someone could have given
 * it: then what needs it has failed, with the reason.
 */
export const giveUpOnRight = async (step: ReplayStep, { topics, error }: Refused): Promise<boolean> => {
  const limits = { ...step.limits, unreadableMs: step.limits.deniedMs }
  if (!isGivenUp({ ...step, limits }, sending, error.kind)) return false
  for (const topic of new Set(topics)) await refuseTarget(step, topic, error)
  noteAccepted(step)
  return true
}

/**
 * Fails what is to be sent to a topic that refuses it, and tells so in the replay. Of copies whose sending was begun and
 * refused nobody knows for sure that none arrived: those are UNKNOWN.
 */
const refuseTarget = async (step: ReplayStep, topic: string, { detail }: BrokerError): Promise<void> => {
  const { deps, replay } = step
  const begun = (await listIntents(deps.db, replay.id)).filter(({ targetTopic }) => targetTopic === topic)
  const what = `${topic} refused the copies (${detail})`
  const unknown = `sending had begun and was refused (${detail}); whether it arrived was not found out`
  await endTarget(step, { topic, begun, what, unknown, unsent: `not sent: ${detail}` })
}
