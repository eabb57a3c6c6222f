import type { TopicList, TopicListQuery } from '#server/contracts/topics.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { fitsFilters, matchesName, sortTopicRows } from '#server/domain/topic-rows.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { readTopicTable } from './read-topic-table.ts'

/**
 * One page of the topics of a connection, filtered and sorted. Internal topics are on it when they are asked for.
 * Figures that a source does not tell are null, stand last in any order and fit no filter.
 */
export const listTopics = async (
  deps: Deps,
  connection: Connection,
  query: TopicListQuery,
  call: Call,
): Promise<Result<TopicList, Fault>> => {
  const table = await readTopicTable(deps, connection, call)
  if (!table.ok) return fail(faultOf(table.error))
  const { rows, degraded, askedAtMs } = table.value
  const withInternal = query.internal || query.only.split(',').includes('internal')
  const visible = withInternal ? rows : rows.filter(({ kind }) => kind !== 'internal')
  const matching = visible.filter((row) => matchesName(row.name, query.q) && fitsFilters(row, query.only))
  return succeed({
    data: {
      topics: sortTopicRows(matching, query.sort, query.desc).slice(query.offset, query.offset + query.limit),
      total: matching.length,
      unfilteredTotal: visible.length,
    },
    degraded: [...degraded],
    checkedAt: askedAtMs,
  })
}
