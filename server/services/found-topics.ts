import type { z } from 'zod'
import type { foundTopicList } from '#server/contracts/letter-topics.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import {
  readTopicNatures,
  type TopicDecision,
  writeTopicDecision,
} from '#server/repositories/topic-natures.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { topicKindsOf } from './read-topic-kinds.ts'

type FoundTopics = z.input<typeof foundTopicList>

/** Topics that hold dead letters, or may, by what their records carry, and those an operator has decided about. */
export const listFoundTopics = async (
  deps: Deps,
  connection: Connection,
  _call: Call,
): Promise<Result<FoundTopics, Fault>> => {
  const natures = await readTopicNatures(deps.db, connection.id)
  const kinds = topicKindsOf(connection, natures)
  const found = natures.filter(
    ({ verdict, decision }) => decision !== null || verdict === 'dead-letter' || verdict === 'proposed',
  )
  return succeed({
    topics: found.map((one) => ({
      topic: one.topic,
      verdict: one.verdict,
      why: one.why,
      since: one.verdictAtMs,
      sampledAt: one.sampledAtMs === 0 ? null : one.sampledAtMs,
      conventions: [...one.conventions],
      origins: [...one.origins],
      decision: one.decision,
      decidedBy: one.decidedBy,
      decidedAt: one.decidedAtMs,
      isRead: kinds.isDeadLetter(one.topic),
    })),
  })
}

/**
 * Takes a topic for one of dead letters, or says that it is none: its letters come into the inbox, or leave it, within
 * seconds. Answers all such topics as they are then.
 */
export const decideTopic = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { topic, decision }: { readonly topic: TopicName; readonly decision: TopicDecision },
  call: Call,
): Promise<Result<FoundTopics, Fault>> => {
  const there = await connection.broker.topics.find(topic, call)
  if (!there.ok) return fail(faultOf(there.error))
  await runInTransaction(deps.db, async (transaction) => {
    await writeTopicDecision(transaction, connection.id, topic, decision, actor.name)
    await recordAudit(transaction, {
      actor: actor.name,
      action: decision === 'accepted' ? 'take topic for dead letters' : 'refuse topic for dead letters',
      target: topic,
      connectionId: connection.id,
      result: 'allowed',
      detail:
        decision === 'accepted'
          ? `the letters in ${topic} are read`
          : `${topic} holds no dead letters: what was read of it is forgotten`,
      about: [{ kind: 'topic', id: topic }],
    })
  })
  await notifyChanged(deps.db, 'failure-groups', connection.id)
  return listFoundTopics(deps, connection, call)
}
