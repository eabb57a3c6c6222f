import type { DegradedSource } from '#server/contracts/problem.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { TopicRow } from '#server/contracts/topics.ts'
import { isStale } from '#server/domain/overview-freshness.ts'
import type { Result } from '#server/domain/result.ts'
import { topicRowOf } from '#server/domain/topic-rows.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { LastTimes, TopicOffsets, TopicState } from '#server/ports/topics.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import { readLatestLag } from '#server/repositories/lag-samples.ts'
import { readTopicFigures } from '#server/repositories/topic-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy } from './fault.ts'
import { readTopicKinds } from './read-topic-kinds.ts'

export type TopicReading = {
  readonly rows: readonly TopicRow[]
  readonly offsets: ReadonlyMap<string, TopicOffsets>
  readonly lastTimes: ReadonlyMap<string, LastTimes>
  readonly degraded: readonly DegradedSource[]
}

/** Settings that a row tells of: of thousands of topics the others would take longer than all the rest. */
const settingsInRows = ['cleanup.policy', 'retention.ms', 'retention.bytes']

/**
 * Rows of the given topics from all that tells about them: offsets, times, settings and sizes from the broker, rates,
 * groups and lag from the samples. A source that does not answer leaves its figures null and is named in `degraded`.
 */
export const readTopicFacts = async (
  deps: Deps,
  connection: Connection,
  topics: readonly TopicState[],
  call: Call,
): Promise<TopicReading> => {
  if (topics.length === 0) return { rows: [], offsets: new Map(), lastTimes: new Map(), degraded: [] }
  const names = topics.map(({ name }) => name)
  const broker = connection.broker.topics
  const [offsets, times, settings, sizes, sampled, kinds] = await Promise.all([
    broker.offsets(topics, call),
    broker.lastTimes(topics, call),
    broker.settings(names, { ...call, only: settingsInRows }),
    broker.sizes(call),
    readSamples(deps, connection, names),
    readTopicKinds(deps, connection),
  ])
  const offsetsByTopic = new Map((offsets.ok ? offsets.value : []).map((one) => [one.topic, one]))
  const timesByTopic: ReadonlyMap<TopicName, LastTimes> = times.ok ? times.value : new Map()
  const rows = topics.map((topic) => {
    const found = offsetsByTopic.get(topic.name)
    return topicRowOf({
      name: topic.name,
      kind: kinds.kindOf(topic.name, topic.internal),
      partitions: topic.partitions,
      offsets: found && found.failed.length === 0 ? found.partitions : null,
      settings: (settings.ok && settings.value.get(topic.name)) || null,
      producedPerSecond: sampled.figures.get(topic.name)?.producedPerSecond ?? null,
      sizeBytes: sizes.ok ? (sizes.value.get(topic.name) ?? null) : null,
      lastTimes: timesByTopic.get(topic.name)?.values() ?? null,
      groups: sampled.lag === null ? null : (sampled.lag.get(topic.name) ?? []),
    })
  })
  const failures = [offsets, settings, sizes, times].flatMap((answer) => (answer.ok ? [] : [answer.error]))
  // A dead broker fails many partitions: one of its errors says it.
  const [firstFailed] = [...offsetsByTopic.values()].flatMap(({ failed }) => failed)
  return {
    rows,
    offsets: offsetsByTopic,
    lastTimes: timesByTopic,
    degraded: [
      ...distinct(failures).map((error) => degradedBy(error)),
      ...(firstFailed ? [degradedBy(firstFailed.error)] : []),
      ...(sizes.ok ? sizes.degraded : []).map(({ error }) => degradedBy(error)),
      ...sampled.degraded,
    ],
  }
}

/** One dead broker fails every question in the same words. */
const distinct = (errors: readonly BrokerError[]): readonly BrokerError[] => [
  ...new Map(errors.map((error) => [error.detail, error])).values(),
]

type SampledGroup = { readonly group: string; readonly lag: bigint; readonly state: string }

/** Rates and lag are worth less than the topics themselves: without the database they are missing, and it is said. */
const readSamples = async (deps: Deps, connection: Connection, names: readonly string[]) => {
  const lag = new Map<string, SampledGroup[]>()
  try {
    const [figures, latest, freshness] = await Promise.all([
      readTopicFigures(deps.db, connection.id, names),
      readLatestLag(deps.db, connection.id),
      readFreshness(deps.db, connection.id),
    ])
    for (const { topic, group, lag: messages, state } of latest)
      lag.set(topic, [...(lag.get(topic) ?? []), { group, lag: messages, state }])
    const sampling = freshness.find(({ source, lastGoodAtMs }) => source === 'lag-sampling' && lastGoodAtMs)
    const isOld = isStale('lag-sampling', sampling?.ageMs ?? null)
    return {
      figures,
      // Without any round nobody knows who reads.
      lag: sampling ? lag : null,
      degraded: isOld ? [notSampled(sampling?.lastGoodAtMs ?? null, sampling?.detail ?? '')] : [],
    }
  } catch (error) {
    const degraded: DegradedSource[] = [
      {
        source: 'database',
        code: 'database-unreachable',
        detail: `Rates and lag are missing: ${error instanceof Error ? error.message : String(error)}`,
      },
    ]
    return { figures: new Map(), lag: null, degraded } satisfies {
      figures: Awaited<ReturnType<typeof readTopicFigures>>
      lag: typeof lag | null
      degraded: DegradedSource[]
    }
  }
}

/** The worker's rounds of samples have not come, or stopped coming. */
const notSampled = (lastGoodAtMs: number | null, detail: string): DegradedSource => ({
  source: 'lag-sampling',
  code: 'deadline-exceeded',
  detail: [
    lastGoodAtMs === null
      ? 'No worker has sampled this cluster yet: who reads its topics, lag and rates are not known'
      : 'The worker has stopped sampling: groups, lag and rates are those of its last round',
    detail,
  ]
    .filter(Boolean)
    .join(': '),
  ...(lastGoodAtMs === null ? {} : { lastGoodAt: lastGoodAtMs }),
})

/** Turns "does not exist" of the broker into a sentence that names the topic. */
export const namingTopic = <T>(
  answer: Result<T, BrokerError>,
  topic: string,
  connection: Connection,
): Result<T, BrokerError> =>
  answer.ok || answer.error.kind !== 'not-found'
    ? answer
    : {
        ok: false,
        error: { ...answer.error, detail: `There is no topic named ${topic} on ${connection.name}.` },
      }
