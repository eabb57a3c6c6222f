import type { GroupDetail } from '#server/contracts/groups.ts'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { type LagRates, ratesOf, recentSamples, withoutReaders } from '#server/domain/lag-rates.ts'
import { lagOf, type OffsetRange } from '#server/domain/lag-sums.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { CommittedOffset, GroupDescription } from '#server/ports/consumer-groups.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault, faultOf, notFound } from './fault.ts'
import { findPassedMarkers } from './pass-markers.ts'
import { readGroupVerdicts, type SampledGroup, unsampledRow } from './read-group-verdicts.ts'
import { readMargin, type UnreadPartition } from './read-margin.ts'

/** A broker that does not answer this soon is done without: the samples stand by themselves. In milliseconds. */
const brokerPatienceMs = 5_000

/**
 * One consumer group: verdict and trend from the samples, partitions with offsets and members from the broker now.
 * Without the broker the sampled part stands. `not-found` when neither knows the group.
 */
export const showGroup = async (
  deps: Deps,
  connection: Connection,
  group: GroupId,
  call: Call,
): Promise<Result<GroupDetail, Fault>> => {
  const patient = { signal: AbortSignal.any([call.signal, AbortSignal.timeout(brokerPatienceMs)]) }
  const [sampled, live] = await Promise.all([
    readGroupVerdicts(deps, connection, { group }),
    readLive(connection, group, patient),
  ])
  const known = sampled.groups.get(group)
  if (!live.ok && !known) return fail(faultOf(live.error))
  const described = live.ok ? live.value.described : null
  const partitions = live.ok ? live.value.partitions : []
  const absent = !described || described.state === 'dead'
  if (live.ok && absent && partitions.length === 0 && !known)
    return notFound(`There is no consumer group named ${group} on ${connection.name}.`)
  const row = known?.row ?? unsampledRow(group, described?.state ?? 'unknown', described?.members.length ?? 0)
  const hasReaders = described ? described.members.length > 0 : row.members > 0
  const rates = ratesByTopic(known, hasReaders)
  const total = (pick: (one: LagRates) => number) =>
    rates.size === 0 ? null : [...rates.values()].reduce((sum, one) => sum + pick(one), 0)
  const margin = live.ok ? await readMargin(deps, connection, group, live.value.unread, rates, patient) : null
  const lag = partitions.reduce((sum, { lagMessages }) => sum + BigInt(lagMessages ?? 0), 0n)
  return succeed({
    data: {
      ...row,
      ...(described ? { state: described.state, members: described.members.length } : {}),
      ...(partitions.some(({ lagMessages }) => lagMessages !== null) ? { lagMessages: lag.toString() } : {}),
      topics: [...new Set([...row.topics, ...partitions.map(({ topic }) => topic)])].sort(),
      protocol: described?.protocol ?? null,
      partitions: partitions.map((one) => ({
        ...one,
        oldestUnreadAt: margin?.oldestUnreadMs.get(`${one.topic}/${one.partition}`) ?? null,
      })),
      producedPerSecond: total(({ producedPerSecond }) => producedPerSecond),
      consumedPerSecond: total(({ consumedPerSecond }) => consumedPerSecond),
      margin: margin?.first
        ? {
            oldestUnreadAt: margin.first.oldestUnreadMs,
            lossAt: margin.first.lossAtMs,
            lostMessages: margin.first.lostMessages.toString(),
            sentence: margin.first.sentence,
          }
        : null,
    },
    degraded: live.ok
      ? [...live.value.problems, ...(margin?.problems ?? [])].map((error) => degradedBy(error))
      : [degradedBy(live.error, sampled.sampledAtMs ?? undefined)],
    checkedAt: deps.clock.nowMs(),
  })
}

/** What was read before the last member left is no rate: without readers nothing is consumed from now on. */
const ratesByTopic = (
  sampled: SampledGroup | undefined,
  hasReaders: boolean,
): ReadonlyMap<TopicName, LagRates> =>
  new Map(
    (sampled?.topics ?? []).flatMap(({ topic, series }) => {
      const rates = ratesOf(recentSamples(series))
      return rates ? [[topic, hasReaders ? rates : withoutReaders(rates)] as const] : []
    }),
  )

type PartitionRow = Omit<GroupDetail['data']['partitions'][number], 'oldestUnreadAt'>
type Live = {
  readonly described: GroupDescription | null
  readonly partitions: readonly PartitionRow[]
  /** Those that the group has committed and that told their offsets. */
  readonly unread: readonly UnreadPartition[]
  readonly problems: readonly BrokerError[]
}

const readLive = async (
  connection: Connection,
  group: GroupId,
  call: Call,
): Promise<Result<Live, BrokerError>> => {
  const { broker } = connection
  if (!broker.groups)
    return fail({ kind: 'unsupported', detail: 'This broker has no consumer groups.', source: 'broker' })
  const [described, committed, topics] = await Promise.all([
    broker.groups.describe([group], call),
    broker.groups.committed([group], call),
    broker.topics.list(call),
  ])
  if (!described.ok) return described
  if (!committed.ok) return committed
  if (!topics.ok) return topics
  const description = described.value.get(group) ?? null
  const commits = committed.value.get(group) ?? []
  const named = new Set<TopicName>([
    ...commits.map(({ topic }) => topic),
    ...(description?.members ?? []).flatMap(({ assignment }) => assignment.map(({ topic }) => topic)),
  ])
  const asked = topics.value.filter(({ name }) => named.has(name))
  const offsets = asked.length === 0 ? succeed([]) : await broker.topics.offsets(asked, call)
  const ranges = new Map<string, OffsetRange>(
    (offsets.ok ? offsets.value : []).flatMap(({ topic, partitions }) =>
      partitions.map((range) => [`${topic}/${range.partition}`, range] as const),
    ),
  )
  const atEnd = await findPassedMarkers(connection, commits, ranges, call)
  return succeed({
    described: description,
    partitions: partitionsOf(description, commits, ranges, atEnd),
    unread: commits.flatMap(({ topic, partition, offset }) => {
      const place = `${topic}/${partition}`
      const range = ranges.get(place)
      if (!range) return []
      const committed = atEnd.has(place) ? range.end : offset
      return [{ topic, partition, committed, start: range.start, end: range.end }]
    }),
    problems: offsets.ok
      ? offsets.value.flatMap(({ failed }) => failed[0]?.error ?? []).slice(0, 1)
      : [offsets.error],
  })
}

/**
 * Every partition that the group has committed or that a member reads, by topic and number. In those of `atEnd` nothing
 * is left to read, though the commit stands before the end.
 */
const partitionsOf = (
  description: GroupDescription | null,
  commits: readonly CommittedOffset[],
  ranges: ReadonlyMap<string, OffsetRange>,
  atEnd: ReadonlySet<string>,
): Live['partitions'] => {
  const found = new Map<string, PartitionRow>()
  const at = (topic: TopicName, partition: number) => {
    const key = `${topic}/${partition}`
    const range = ranges.get(key)
    const row = found.get(key) ?? {
      topic,
      partition,
      committedOffset: null,
      endOffset: range?.end.toString() ?? null,
      lagMessages: null,
      memberId: null,
      clientId: null,
      host: null,
    }
    found.set(key, row)
    return { row, range }
  }
  for (const { topic, partition, offset } of commits) {
    const { row, range } = at(topic, partition)
    row.committedOffset = offset.toString()
    const lag = range && !atEnd.has(`${topic}/${partition}`) ? lagOf(offset, range) : 0n
    row.lagMessages = range ? lag.toString() : null
  }
  for (const { memberId, clientId, host, assignment } of description?.members ?? [])
    for (const { topic, partitions } of assignment)
      for (const partition of partitions)
        Object.assign(at(topic, partition).row, { memberId, clientId, host })
  return [...found.values()].sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  )
}
