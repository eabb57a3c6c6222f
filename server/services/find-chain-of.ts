import type { TopicName } from '#server/contracts/scalars.ts'
import { originByTopicName } from '#server/domain/dead-letter-origin.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { RetryChain } from '#server/domain/retry-chain.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import { readTopicNatures } from '#server/repositories/topic-natures.ts'
import type { Connection, Deps } from './deps.ts'
import { readRetryChains } from './read-retry-chains.ts'

/**
 * The whole retry chain that a topic is of: as where records come from, as a retry topic, or as the dead-letter topic at
 * its end; null where it is of none.
 */
export const findChainOf = async (
  deps: Deps,
  connection: Connection,
  topic: TopicName,
  call: Call,
): Promise<Result<RetryChain | null, BrokerError>> => {
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return listed
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
      return succeed(chain)
  }
  return succeed(null)
}
