import type { TopicList, TopicListQuery } from '#server/contracts/topics.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import { matchesName, sortTopicRows } from '#server/domain/topic-rows.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { readTopicFacts } from './read-topic-facts.ts'

/**
 * One page of the topics of a connection, filtered and sorted. Sorted by name, only the page itself is looked at
 * closely; sorted by a figure, all matching topics are. Sizes are null where the broker does not tell them.
 */
export const listTopics = async (
  deps: Deps,
  connection: Connection,
  query: TopicListQuery,
  call: Call,
): Promise<Result<TopicList, Fault>> => {
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return fail(faultOf(listed.error))
  const visible = listed.value.filter(
    ({ name, internal }) =>
      query.internal || topicKindOf(name, internal, connection.deadLetterTopics) !== 'internal',
  )
  const matching = visible
    .filter(({ name }) => matchesName(name, query.q))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const page = <T>(all: readonly T[]) => all.slice(query.offset, query.offset + query.limit)
  const byName = query.sort === 'name'
  const looked = byName ? page(query.desc ? matching.toReversed() : matching) : matching
  const { rows, degraded } = await readTopicFacts(deps, connection, looked, call)
  return succeed({
    data: {
      topics: byName ? [...rows] : page(sortTopicRows(rows, query.sort, query.desc)),
      total: matching.length,
      unfilteredTotal: visible.length,
    },
    degraded: [...degraded],
    checkedAt: deps.clock.nowMs(),
  })
}
