import type { TopicName } from '#server/contracts/scalars.ts'
import { sumLagByTopic } from '#server/domain/lag-sums.ts'
import type { PartialAnswer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { readReaders } from '#server/repositories/replay-items.ts'
import type { Connection, Deps } from './deps.ts'

/** A group that reads a target. */
export type Reader = {
  readonly group: string
  readonly topic: TopicName
  /** Null: it has members on the topic and has committed nothing yet. */
  readonly lag: bigint | null
  /** Null: not told. */
  readonly members: number | null
}
export type FoundReaders = {
  readonly readers: readonly Reader[]
  /** Share groups of the cluster: what those read is not told. */
  readonly shareGroups: readonly string[]
  /** Why others may read them, too, and what to do; null: the broker has told of all that this user may see. */
  readonly problem: string | null
}

/** A broker that does not answer this soon is done without, in milliseconds. */
const patienceMs = 5_000

/**
 * Every group that reads these topics, as the broker has it now: by what it has committed and by what its members are
 * assigned. Groups that the broker does not tell now stand by their latest sample.
 */
export const findReaders = async (
  deps: Deps,
  connection: Connection,
  targets: readonly TopicState[],
  call: Call,
): Promise<FoundReaders> => {
  const sampled = await readReaders(
    deps.db,
    connection.id,
    targets.map(({ name }) => name),
  )
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)])
  const now = await askBroker(connection, targets, { signal })
  const readers = new Map<string, Reader>(
    sampled.map((one) => [`${one.group} ${one.topic}`, { ...one, topic: one.topic as TopicName }]),
  )
  for (const one of now.readers) {
    const key = `${one.group} ${one.topic}`
    const { lag = null, members = null } = readers.get(key) ?? {}
    readers.set(key, { ...one, lag: one.lag ?? lag, members: one.members ?? members })
  }
  return {
    readers: [...readers.values()].sort((a, b) =>
      `${a.group} ${a.topic}` < `${b.group} ${b.topic}` ? -1 : 1,
    ),
    shareGroups: now.shareGroups,
    problem: now.problem,
  }
}

const nobody: FoundReaders = { readers: [], shareGroups: [], problem: null }

const askBroker = async (
  { broker }: Connection,
  targets: readonly TopicState[],
  call: Call,
): Promise<FoundReaders> => {
  const { groups, topics } = broker
  if (targets.length === 0) return nobody
  if (!groups) return { ...nobody, problem: ' (this broker does not tell of groups)' }
  const listed = await groups.list(call)
  if (!listed.ok) return { ...nobody, problem: sayProblem([listed.error]) }
  const shareGroups = listed.value.filter(({ protocol }) => protocol === 'share').map(({ group }) => group)
  const ids = listed.value.filter(({ protocol }) => protocol !== 'share').map(({ group }) => group)
  const unlisted = listed.degraded.map(({ error }) => error)
  if (ids.length === 0) return { readers: [], shareGroups, problem: sayProblem(unlisted) }
  const [described, committed] = await Promise.all([groups.describe(ids, call), groups.committed(ids, call)])
  // Asked for last: an end that is older than a commit would hide lag that is there.
  const offsets = await topics.offsets(targets, call)
  const ranges = new Map(
    offsets.ok
      ? offsets.value.map(({ topic, partitions }) => [
          topic as string,
          new Map(partitions.map((range) => [range.partition, range])),
        ])
      : [],
  )
  const names = new Set<string>(targets.map(({ name }) => name))
  return {
    shareGroups,
    problem: sayProblem([...unlisted, ...errorsOf(described), ...errorsOf(committed)]),
    readers: ids.flatMap((group): Reader[] => {
      const members = described.ok ? described.value.get(group)?.members : undefined
      const places = committed.ok ? (committed.value.get(group) ?? []) : []
      const positions = places.filter(({ topic }) => names.has(topic))
      const lags = new Map(sumLagByTopic(positions, ranges).map(({ topic, lag }) => [topic, lag]))
      const assigned = (members ?? []).flatMap(({ assignment }) => assignment.map(({ topic }) => topic))
      const read = [...new Set([...positions.map(({ topic }) => topic), ...assigned])]
      return read
        .filter((topic) => names.has(topic))
        .map((topic) => ({
          group,
          topic,
          lag: lags.get(topic) ?? null,
          members: members?.length ?? null,
        }))
    }),
  }
}

const errorsOf = (answer: Awaited<PartialAnswer<unknown>>): readonly BrokerError[] =>
  answer.ok ? answer.degraded.map(({ error }) => error) : [answer.error]

/** Why the broker has not told of every group, and what helps; null without an error. */
const sayProblem = (errors: readonly BrokerError[]): string | null => {
  const [first] = errors
  if (!first) return null
  const remedy =
    first.kind === 'denied'
      ? 'give the user of this connection the Describe right on groups, then plan again'
      : 'plan again when the broker answers'
  return ` (${first.detail}): ${remedy}`
}
