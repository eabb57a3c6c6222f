import type { z } from 'zod'
import type {
  HistogramDoubt,
  MessageHistogram,
  messageHistogramQuery,
} from '#server/contracts/message-histogram.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { chooseEdges, countTimes, estimateCounts } from '#server/domain/time-histogram.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import type { PartitionTimes } from '#server/ports/message-reader.ts'
import { chooseTopics } from './choose-topics.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid } from './fault.ts'

type Asked = z.output<typeof messageHistogramQuery>

/** Times looked up at most for one histogram: each edge in each partition is one. */
const mostLookUps = 24_000
const fewestBuckets = 10
/** Topics that hold no more than this in the range are read and counted, all of them together within the budget. */
const exactBudget: Budget = { messages: 5_000, bytes: 4 * 1024 * 1024, milliseconds: 1_500 }
/** So long is waited for the count, also for a thread to take it. */
const patienceMs = 3_000
/** An empty topic still shows an axis of time. */
const emptySpanMs = 3_600_000
const keptMs = 5_000
const mostKept = 100

type Means = Pick<Deps, 'clock' | 'scanner'>
type Kept = { readonly at: number; readonly histogram: MessageHistogram }
const keptOf = new WeakMap<Connection, Map<string, Kept>>()

/**
 * How many messages of topics lie in each bucket of time. From the broker's index by time, as the distance of offsets and
 * marked as estimated; where the range holds few messages they are read and counted. Answers are kept for 5 s.
 */
export const countMessagesByTime = async (
  deps: Means,
  connection: Connection,
  asked: Asked,
  call: Call,
): Promise<Result<MessageHistogram, Fault>> => {
  const kept = keptOf.get(connection) ?? new Map<string, Kept>()
  keptOf.set(connection, kept)
  const key = JSON.stringify(asked)
  const known = kept.get(key)
  if (known && deps.clock.nowMs() - known.at < keptMs) return succeed(known.histogram)
  const counted = await count(deps, connection, asked, call)
  if (!counted.ok) return counted
  kept.delete(key)
  kept.set(key, { at: deps.clock.nowMs(), histogram: counted.value })
  const [oldest] = kept.keys()
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
  return counted
}

const count = async (
  deps: Means,
  connection: Connection,
  asked: Asked,
  call: Call,
): Promise<Result<MessageHistogram, Fault>> => {
  const nowMs = deps.clock.nowMs()
  const reader = connection.broker.messages
  if (!reader) return fail({ code: 'unsupported', detail: `Messages of ${connection.name} can not be read.` })
  const chosen = await chooseTopics(connection, asked.topics, call)
  if (!chosen.ok) return chosen
  const { topics, missing } = chosen.value
  const partitions = topics.reduce((sum, one) => sum + one.partitions.length, 0)
  const most = Math.min(asked.buckets, Math.floor(mostLookUps / Math.max(1, partitions)) - 1)
  if (most < Math.min(asked.buckets, fewestBuckets))
    return invalid(
      `topics: their ${partitions} partitions are too many for a histogram, which takes ${Math.floor(mostLookUps / (fewestBuckets + 1))} at most. Choose fewer topics.`,
    )
  const span = asked.sinceMs === undefined ? await reader.timeSpan(topics, call) : null
  if (span && !span.ok) return fail(faultOf(span.error))
  const first = span?.value.firstMs ?? null
  const until = asked.untilMs ?? nowMs
  const since =
    asked.sinceMs ?? (first !== null && first < BigInt(until) ? Number(first) : until - emptySpanMs)
  if (since >= until) return invalid('untilMs: it lies not after sinceMs.')
  const edges = chooseEdges(since, until, most)
  const times = await reader.offsetsByTime(topics, edges.map(BigInt), call)
  if (!times.ok) return fail(faultOf(times.error))
  const [failure] = times.value.failed
  if (failure && times.value.partitions.length === 0) return fail(faultOf(failure.error))

  const byTopic = Map.groupBy(times.value.partitions, ({ topic }) => topic)
  const exact = await countFew(deps, connection, byTopic, edges, call)
  const estimated = [...byTopic].filter(([topic]) => !exact.topics.has(topic))
  const estimates = estimateCounts(
    edges.length - 1,
    estimated.flatMap(([, mine]) => mine),
  )
  const buckets = edges.slice(0, -1).map((fromMs, index) => {
    const guessed = estimates[index] ?? 0n
    return {
      fromMs,
      untilMs: edges[index + 1] ?? until,
      messages: (guessed + (exact.counts[index] ?? 0n)).toString(),
      estimated: guessed > 0n,
    }
  })
  const isEstimated = buckets.some((bucket) => bucket.estimated)
  const sum = (of: (one: PartitionTimes) => bigint): string =>
    times.value.partitions.reduce((total, one) => total + of(one), 0n).toString()
  return succeed({
    buckets,
    messages: buckets.reduce((total, { messages }) => total + BigInt(messages), 0n).toString(),
    estimated: isEstimated,
    doubts: isEstimated
      ? await findDoubts(
          connection,
          estimated.map(([topic]) => topic),
          call,
        )
      : [],
    before: sum(({ offsets, start }) => (offsets[0] ?? start) - start),
    after: sum(({ offsets, end }) => end - (offsets.at(-1) ?? end)),
    partitions,
    failed: [
      ...missing.map((topic) => ({ topic, partition: null, detail: `The topic ${topic} does not exist.` })),
      ...times.value.failed.map(({ topic, partition, error }) => ({
        topic,
        partition,
        detail: error.detail,
      })),
    ],
    readAt: nowMs,
  })
}

/** Has the topics that hold little read and counted, as many as the budget takes; where that takes long they are estimated. */
const countFew = async (
  deps: Means,
  connection: Connection,
  byTopic: ReadonlyMap<TopicName, readonly PartitionTimes[]>,
  edges: readonly number[],
  call: Call,
) => {
  const sizes = [...byTopic]
    .map(([topic, mine]) => ({
      topic,
      messages: mine.reduce((sum, { offsets, end }) => sum + end - (offsets[0] ?? end), 0n),
    }))
    .sort((a, b) => Number(a.messages - b.messages))
  const few: { topic: TopicName; messages: bigint }[] = []
  let total = 0n
  for (const one of sizes) {
    total += one.messages
    if (total > BigInt(exactBudget.messages)) break
    few.push(one)
  }
  const empty = new Set(few.filter(({ messages }) => messages === 0n).map(({ topic }) => topic))
  const read = few.filter(({ messages }) => messages > 0n).map(({ topic }) => topic)
  const none = { topics: empty, counts: countTimes(edges, []) }
  if (read.length === 0) return none
  const counted = await deps.scanner.count(
    { connection: connection.id, topics: read, edgesMs: edges, budget: exactBudget },
    { signal: AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)]) },
  )
  const counts = counted.ok ? counted.value : null
  return counts === null ? none : { topics: new Set([...empty, ...read]), counts }
}

const findDoubts = async (
  connection: Connection,
  topics: readonly TopicName[],
  call: Call,
): Promise<HistogramDoubt[]> => {
  const settings = await connection.broker.topics.settings(topics, call)
  // Whether a producer uses transactions is not known without reading what it wrote.
  if (!settings.ok) return ['transactions', 'settings-unknown']
  const has = (name: string, fits: (value: string) => boolean): boolean =>
    [...settings.value.values()].some((all) => all.some((one) => one.name === name && fits(one.value ?? '')))
  return [
    ...(has('cleanup.policy', (value) => value.includes('compact')) ? ['compacted' as const] : []),
    'transactions',
    ...(has('message.timestamp.type', (value) => value !== 'LogAppendTime')
      ? ['producer-times' as const]
      : []),
  ]
}
