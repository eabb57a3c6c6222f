import {
  type ChainRules,
  isNamedLikeRetry,
  type RetryChain,
  retryChainFrom,
} from '#server/domain/retry-chain.ts'
import type { Connection, Deps } from './deps.ts'
import { readTopicKinds, type TopicKinds } from './read-topic-kinds.ts'

const rulesOf = (connection: Connection, kinds: TopicKinds): ChainRules => ({
  retrySuffixes: connection.retrySuffixes ?? [],
  isDeadLetterTopic: kinds.isDeadLetter,
})

/** Whether a topic is named like a retry topic, also by the endings of spillway.yaml. */
export const isRetryByName = (connection: Connection, name: string): boolean =>
  isNamedLikeRetry(name, { retrySuffixes: connection.retrySuffixes ?? [] })

export type RetryChains = (origins: readonly string[], names: readonly string[]) => readonly RetryChain[]

/** What ties retry and dead-letter topics to the topics where records come from, among the names of all there are. */
export const readRetryChains = async (deps: Deps, connection: Connection): Promise<RetryChains> => {
  const kinds = await readTopicKinds(deps, connection)
  const rules = rulesOf(connection, kinds)
  return (origins, names) => origins.map((origin) => retryChainFrom(origin, names, kinds.natures, rules))
}
