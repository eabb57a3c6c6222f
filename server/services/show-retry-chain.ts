import type { RetryChainView } from '#server/contracts/letter-topics.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { originByTopicName } from '#server/domain/dead-letter-origin.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { RetryChain } from '#server/domain/retry-chain.ts'
import type { Call } from '#server/ports/call.ts'
import { readTopicNatures } from '#server/repositories/topic-natures.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { readRetryChains } from './read-retry-chains.ts'

/** The retry chain that a topic is of: as where records come from, as a retry topic, or as the dead-letter topic at its end. */
export const showRetryChain = async (
  deps: Deps,
  connection: Connection,
  topic: TopicName,
  call: Call,
): Promise<Result<RetryChainView, Fault>> => {
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return fail(faultOf(listed.error))
  const names = listed.value.map(({ name }) => name)
  const [chainsOf, natures] = await Promise.all([
    readRetryChains(deps, connection),
    readTopicNatures(deps.db, connection.id).catch(() => []),
  ])
  const origins = natures.find((one) => one.topic === topic)?.origins ?? []
  const named = originByTopicName(topic).originTopic
  // Longer names first: orders-eu-retry-0 is of orders-eu before it is of orders.
  const beginnings = names
    .filter((name) => topic.startsWith(name) && name !== topic)
    .sort((a, b) => b.length - a.length)
  const there = new Set<string>(names)
  const candidates = [...origins, ...(named === null ? [] : [named]), ...beginnings, topic]
  for (const origin of new Set(candidates.filter((one) => there.has(one)))) {
    const [chain] = chainsOf([origin], names)
    if (
      chain &&
      chain.topics.length > 0 &&
      (origin === topic || chain.topics.some((one) => one.topic === topic))
    )
      return succeed({ chain: viewOf(chain) })
  }
  return succeed({ chain: null })
}

const viewOf = ({ origin, topics }: RetryChain): NonNullable<RetryChainView['chain']> => ({
  origin: origin as TopicName,
  topics: topics.map((one) => ({ ...one, topic: one.topic as TopicName })),
  delayMs: topics.reduce((sum, { delayMs }) => sum + (delayMs ?? 0), 0),
})
