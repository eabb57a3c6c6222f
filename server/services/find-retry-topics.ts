import type { ReplayPlan } from '#server/contracts/replays.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import { findReaders, type Reader } from './find-readers.ts'
import type { Judged } from './judge-letters.ts'
import { readRetryChains } from './read-retry-chains.ts'

type RetryTopic = NonNullable<ReplayPlan['retryTopics']>[number]

/**
 * Retry topics into which letters may go instead of their origin: only the group that failed reads those. Of each origin
 * the one that its messages come into first; only where all letters died in one topic.
 */
export const findRetryTopics = async (
  deps: Deps,
  connection: Connection,
  ready: readonly Judged[],
  readers: readonly Reader[],
  call: Call,
): Promise<readonly RetryTopic[]> => {
  const [origin, ...others] = new Set(ready.map(({ letter }) => letter.originTopic))
  if (!origin || others.length > 0) return []
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return []
  const chainsOf = await readRetryChains(deps, connection)
  const [chain] = chainsOf(
    [origin],
    listed.value.map(({ name }) => name),
  )
  const [hop] = chain?.topics.filter(({ kind }) => kind === 'retry') ?? []
  const first = listed.value.find(({ name }) => name === hop?.topic)
  if (!first) return []
  const own = await findReaders(deps, connection, [first], call)
  const groups = [...new Set(own.readers.map(({ group }) => group))]
  const spared = new Set(readers.filter(({ topic }) => topic === origin).map(({ group }) => group))
  for (const group of groups) spared.delete(group)
  return [{ topic: first.name, groups, spared: [...spared] }]
}
