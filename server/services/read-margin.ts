import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { lagOf } from '#server/domain/lag-sums.ts'
import { firstLoss, type RetentionMargin, retentionMargin } from '#server/domain/retention-margin.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import { readRetention } from './read-retention.ts'

/** Looked at at most, those with the most waiting first: one small read each. */
const mostPartitions = 48
/** For the one record at a position; what is compacted or aborted before it is read over. */
const oneRecord = { messages: 500, bytes: 2 * 1024 * 1024, milliseconds: 1_500 } as const

export type UnreadPartition = {
  readonly topic: TopicName
  readonly partition: number
  readonly committed: bigint
  readonly start: bigint
  readonly end: bigint
}
type Rates = { readonly producedPerSecond: number; readonly consumedPerSecond: number }

export type Margin = {
  /** The topic that loses data first. Null when the group has read nothing yet. */
  readonly first: RetentionMargin | null
  /** Time of the first message not read yet, by `topic/partition`. */
  readonly oldestUnreadMs: ReadonlyMap<string, number>
  readonly problems: readonly BrokerError[]
}

/** How old the oldest unread messages of a group are, and whether it loses data before it has read them. */
export const readMargin = async (
  deps: Deps,
  connection: Connection,
  group: GroupId,
  partitions: readonly UnreadPartition[],
  rates: ReadonlyMap<TopicName, Rates>,
  call: Call,
): Promise<Margin> => {
  const topics = [...new Set(partitions.map(({ topic }) => topic))]
  const [retention, oldest] = await Promise.all([
    readRetention(connection, topics, call),
    readOldestUnread(connection, partitions, call),
  ])
  const margins = topics.map((topic) => {
    const own = partitions.filter((one) => one.topic === topic)
    const times = own.flatMap(({ partition }) => oldest.times.get(`${topic}/${partition}`) ?? [])
    return retentionMargin({
      group,
      topic,
      lag: own.reduce((sum, { committed, start, end }) => sum + lagOf(committed, { start, end }), 0n),
      oldestUnreadMs: times.length === 0 ? null : Math.min(...times),
      lostMessages: own.reduce(
        (sum, { committed, start }) => sum + (start > committed ? start - committed : 0n),
        0n,
      ),
      retentionMs: retention.byTopic.get(topic),
      rates: rates.get(topic) ?? null,
      nowMs: deps.clock.nowMs(),
    })
  })
  return {
    first: firstLoss(margins),
    oldestUnreadMs: oldest.times,
    problems: [...(retention.problem ? [retention.problem] : []), ...oldest.problems].slice(0, 1),
  }
}

const readOldestUnread = async (
  { broker }: Connection,
  partitions: readonly UnreadPartition[],
  call: Call,
): Promise<{ readonly times: Map<string, number>; readonly problems: readonly BrokerError[] }> => {
  const times = new Map<string, number>()
  const problems: BrokerError[] = []
  const waiting = partitions
    .map((one) => ({ ...one, lag: lagOf(one.committed, one) }))
    .filter(({ lag }) => lag > 0n)
    .sort((a, b) => Number(b.lag - a.lag))
    .slice(0, mostPartitions)
  await Promise.all(
    waiting.map(async ({ topic, partition, committed, start }) => {
      const from = committed > start ? committed : start
      const read = await broker.messages?.readForward(
        { topic, partition, from, limit: 1, budget: oneRecord },
        call,
      )
      if (read && !read.ok) problems.push(read.error)
      const first = read?.ok ? read.value.messages[0] : undefined
      if (first) times.set(`${topic}/${partition}`, Number(first.timestampMs))
    }),
  )
  return { times, problems }
}
