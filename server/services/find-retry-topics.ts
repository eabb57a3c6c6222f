import type { ReplayPlan } from '#server/contracts/replays.ts'
import type { Call } from '#server/ports/call.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { Connection, Deps } from './deps.ts'
import { findReaders, type Reader } from './find-readers.ts'
import type { Judged } from './judge-letters.ts'

type RetryTopic = NonNullable<ReplayPlan['retryTopics']>[number]

/** The number of a retry topic's hop or delay: Spring's `<topic>-retry`, `-retry-0`, `-retry-1000`, SmallRye's `_retry_1000`. */
const hopOf = (topic: string, origin: string): number | null => {
  const rest = topic.startsWith(origin) ? topic.slice(origin.length) : ''
  const found = /^(?:-retry(?:-(\d+))?|_retry_(\d+))$/.exec(rest)
  return found ? Number(found[1] ?? found[2] ?? 0) : null
}

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
  const [first] = listed.value
    .flatMap((state): { state: TopicState; hop: number }[] => {
      const hop = hopOf(state.name, origin)
      return hop === null ? [] : [{ state, hop }]
    })
    .sort((a, b) => a.hop - b.hop)
  if (!first) return []
  const own = await findReaders(deps, connection, [first.state], call)
  const groups = [...new Set(own.readers.map(({ group }) => group))]
  const spared = new Set(readers.filter(({ topic }) => topic === origin).map(({ group }) => group))
  for (const group of groups) spared.delete(group)
  return [{ topic: first.state.name, groups, spared: [...spared] }]
}
