import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { TopicNow } from '#server/domain/topic-change-facts.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import type { Call } from '#server/ports/call.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { readTopicFigures } from '#server/repositories/topic-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'

export type TopicReading = {
  /** Null: there is no such topic. */
  readonly topic: TopicNow | null
  readonly states: readonly TopicState[]
  /** Why it is not known who reads it; null when it is. */
  readonly readersProblem: string | null
}

/**
 * One topic as it is at this moment, for a change of it: nothing here comes from what was known before, save for the
 * rate. `withReaders` asks all consumer groups, which takes longer.
 */
export const readTopicNow = async (
  deps: Deps,
  connection: Connection,
  name: string,
  { withReaders }: { readonly withReaders: boolean },
  call: Call,
): Promise<Result<TopicReading, Fault>> => {
  const { topics } = connection.broker
  const listed = await topics.list({ ...call, maxAgeMs: 0 })
  if (!listed.ok) return fail(faultOf(listed.error))
  const states = listed.value
  const state = states.find((one) => one.name === name)
  if (state === undefined) return succeed({ topic: null, states, readersProblem: null })
  const [settings, offsets, replicas, figures, subjects] = await Promise.all([
    topics.describeSettings(state.name, call),
    topics.offsets([state], call),
    topics.replicaSizes(state, call),
    readTopicFigures(deps.db, connection.id, [name]).catch(() => new Map()),
    connection.registry?.subjects(call) ?? null,
  ])
  if (!settings.ok) return fail(faultOf(settings.error))
  const found = offsets.ok ? offsets.value[0] : undefined
  const ends = new Map(found?.partitions.map(({ partition, end }) => [partition, end]))
  const readers = withReaders
    ? await readReaders(connection, state.name, ends, call)
    : { groups: [], problem: null }
  const leaders = new Map(state.partitions.map(({ partition, leader }) => [partition, leader]))
  const partitionBytes =
    replicas.ok && replicas.degraded.length === 0
      ? replicas.value
          .filter(({ partition, broker, isFuture }) => !isFuture && leaders.get(partition) === broker)
          .map(({ bytes }) => bytes)
      : null
  return succeed({
    states,
    readersProblem: readers.problem,
    topic: {
      name,
      topicId: state.topicId,
      kind: topicKindOf(name, state.internal, connection.deadLetterTopics),
      partitions: state.partitions,
      settings: settings.value,
      messages:
        found && found.failed.length === 0
          ? found.partitions.reduce((sum, { start, end }) => sum + end - start, 0n)
          : null,
      sizeBytes: partitionBytes?.reduce((sum, bytes) => sum + bytes, 0n) ?? null,
      partitionBytes,
      producedPerSecond: figures.get(name)?.producedPerSecond ?? null,
      groups: readers.groups,
      subjects: subjects?.ok
        ? subjects.value.filter((one) => one === `${name}-key` || one === `${name}-value`)
        : [],
    },
  })
}

/** Groups that have committed on a topic or have members that read it, with what they have not read yet. */
const readReaders = async (
  connection: Connection,
  topic: TopicName,
  ends: ReadonlyMap<number, bigint>,
  call: Call,
): Promise<{ groups: TopicNow['groups']; problem: string | null }> => {
  const { groups } = connection.broker
  if (!groups) return { groups: [], problem: 'this broker tells nothing of its readers' }
  const listed = await groups.list(call)
  if (!listed.ok) return { groups: [], problem: listed.error.detail }
  const names = listed.value.map(({ group }) => group)
  const [committed, described] = await Promise.all([
    groups.committed(names, call),
    groups.describe(names, call),
  ])
  const found = names.flatMap((group) => {
    const mine = (committed.ok ? (committed.value.get(group) ?? []) : []).filter((one) => one.topic === topic)
    const description = described.ok ? described.value.get(group) : undefined
    const isAssigned = description?.members.some(({ assignment }) =>
      assignment.some((one) => one.topic === topic),
    )
    if (mine.length === 0 && !isAssigned) return []
    const lag = mine.reduce((sum, { partition, offset }) => {
      const waiting = (ends.get(partition) ?? offset) - offset
      return waiting > 0n ? sum + waiting : sum
    }, 0n)
    // A group with members of which none reads this topic does not read it now.
    const state = isAssigned ? (description?.state ?? 'unknown') : 'empty'
    return [{ group, state, lag }]
  })
  const missing = [listed, committed, described].flatMap((answer) =>
    answer.ok ? answer.degraded.map(({ error }) => error.detail) : [answer.error.detail],
  )
  return { groups: found, problem: missing[0] ?? null }
}
