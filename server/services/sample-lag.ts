import type { GroupId } from '#server/contracts/scalars.ts'
import { type OffsetRange, sumLagByTopic } from '#server/domain/lag-sums.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { sumRound } from '#server/domain/round-totals.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { GroupDescription } from '#server/ports/consumer-groups.ts'
import type { TopicOffsets } from '#server/ports/topics.ts'
import { recordFailure, recordGood } from '#server/repositories/freshness.ts'
import { insertSamples, type NewLagSample, type NewTopicSample } from '#server/repositories/lag-samples.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { recordTopicIds } from '#server/repositories/topic-identities.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { passMarkers } from './pass-markers.ts'
import { prepareOverview } from './prepare-overview.ts'

export const lagSource = 'lag-sampling'
/** Good only by rounds that left nothing out; `detail` says what the last one left out. */
export const wholeLagSource = 'lag-sampling-whole'

export type SampleRound = {
  /** Sizes on disk are asked for in some rounds only: every broker walks its log folders for them. */
  readonly withSizes: boolean
  readonly lease: LeaseProof
}
export type SampleReport = { readonly groups: number; readonly topics: number; readonly durationMs: number }

/**
 * One round of sampling for one connection: how far all topics reach and how far all consumer groups have read. Writes
 * the samples and how fresh they are, and tells the screens. A round that fails records why and keeps the time of the
 * last good one; errors of the database are thrown.
 */
export const sampleLag = async (
  deps: Deps,
  connection: Connection,
  round: SampleRound,
  call: Call,
): Promise<Result<SampleReport, Fault>> => {
  const startedAt = performance.now()
  const read = await readRound(connection, round, call)
  if (!read.ok) {
    await recordFailure(deps.db, connection.id, lagSource, read.error.detail, round.lease)
    if (read.error.kind === 'unreachable' || read.error.kind === 'timeout')
      await recordFailure(deps.db, connection.id, 'broker', read.error.detail, round.lease)
    await notifyChanged(deps.db, 'overview', connection.id)
    return fail(faultOf(read.error))
  }
  const { groups, topics, topicIds, readAt, unchecked, unsized } = read.value
  const atMs = await insertSamples(
    deps.db,
    connection.id,
    { groups, topics, ageMs: performance.now() - readAt },
    round.lease,
  )
  await recordTopicIds(deps.db, connection.id, topicIds, round.lease)
  await prepareOverview(deps, connection, sumRound(atMs, groups, topics), round.lease)
  await recordGood(deps.db, connection.id, lagSource, unsized, round.lease)
  if (unchecked === '') await recordGood(deps.db, connection.id, wholeLagSource, '', round.lease)
  else await recordFailure(deps.db, connection.id, wholeLagSource, unchecked, round.lease)
  await recordGood(deps.db, connection.id, 'broker', '', round.lease)
  await notifyChanged(deps.db, 'groups', connection.id)
  return succeed({
    groups: groups.length,
    topics: topics.length,
    durationMs: performance.now() - startedAt,
  })
}

type RoundData = {
  readonly groups: readonly NewLagSample[]
  readonly topics: readonly NewTopicSample[]
  readonly topicIds: readonly { readonly topic: string; readonly topicId: string }[]
  /** On the monotonic clock: when the offsets were known. */
  readonly readAt: number
  /** What this round left out of judging groups and topics, for people; empty when nothing. */
  readonly unchecked: string
  /** Why sizes on disk are missing, which nothing is judged by; empty when they are not. */
  readonly unsized: string
}

const readRound = async (
  connection: Connection,
  { withSizes }: SampleRound,
  call: Call,
): Promise<Result<RoundData, BrokerError>> => {
  const { topics, groups } = connection.broker
  const [topicList, groupList] = await Promise.all([topics.list(call), groups?.list(call)])
  if (!topicList.ok) return topicList
  if (groupList && !groupList.ok) return groupList
  const watched = topicList.value.filter(({ name, internal }) => topicKindOf(name, internal) !== 'internal')
  // Share groups keep no committed offset a partition; their lag is told elsewhere.
  const groupIds = (groupList?.value ?? []).flatMap(({ group, protocol }) =>
    protocol === 'share' ? [] : [group],
  )
  const [described, committed, sizes] = await Promise.all([
    groups && groupIds.length > 0 ? groups.describe(groupIds, call) : null,
    groups && groupIds.length > 0 ? groups.committed(groupIds, call) : null,
    withSizes ? topics.sizes(call) : null,
  ])
  if (committed && !committed.ok) return committed
  // Asked for last: an end that is older than a commit would hide lag that is there.
  const offsets = await topics.offsets(watched, call)
  if (!offsets.ok) return offsets
  const readAt = performance.now()

  const ranges = rangesByTopic(offsets.value)
  const descriptions: ReadonlyMap<GroupId, GroupDescription> = described?.ok ? described.value : new Map()
  const positionsOf = await passMarkers(connection, committed?.value ?? new Map(), ranges, call)
  const samples = [...positionsOf].flatMap(([group, positions]) => {
    const description = descriptions.get(group)
    return sumLagByTopic(positions, ranges).map((sum) => ({
      group,
      ...sum,
      members: description?.members.length ?? 0,
      state: description?.state ?? 'unknown',
    }))
  })
  const failedTopics = offsets.value.filter(({ failed }) => failed.length > 0)
  return succeed({
    groups: samples,
    topics: offsets.value.flatMap(({ topic, partitions, failed }) =>
      failed.length > 0
        ? []
        : [
            {
              topic,
              startSum: partitions.reduce((sum, { start }) => sum + start, 0n),
              endSum: partitions.reduce((sum, { end }) => sum + end, 0n),
              sizeBytes: sizes?.ok ? (sizes.value.get(topic) ?? null) : null,
            },
          ],
    ),
    topicIds: watched.flatMap(({ name, topicId }) => (topicId === null ? [] : [{ topic: name, topicId }])),
    readAt,
    unchecked: [
      failedTopics.length > 0 &&
        `${failedTopics.length} of ${watched.length} topics left out, ${failedTopics[0]?.topic} first: ${failedTopics[0]?.failed[0]?.error.detail}`,
      described && !described.ok && `members unknown: ${described.error.detail}`,
      ...[groupList, committed, described].map(
        (answer) => answer?.ok && answer.degraded[0] && `groups left out: ${answer.degraded[0].error.detail}`,
      ),
    ]
      .filter(Boolean)
      .join('; '),
    unsized: sizes?.ok && sizes.degraded[0] ? `sizes left out: ${sizes.degraded[0].error.detail}` : '',
  })
}

const rangesByTopic = (offsets: readonly TopicOffsets[]): Map<string, Map<number, OffsetRange>> =>
  new Map(
    offsets.map(({ topic, partitions }) => [
      topic,
      new Map(partitions.map((range) => [range.partition, range])),
    ]),
  )

/**
 * Asks the registry of a connection whether it is there, and records the answer for the overview. Connections without
 * a registry are left alone; errors of the database are thrown.
 */
export const probeRegistry = async (
  deps: Deps,
  connection: Connection,
  lease: LeaseProof,
  call: Call,
): Promise<void> => {
  if (!connection.registry) return
  const answered = await connection.registry.ping(call)
  if (answered.ok) await recordGood(deps.db, connection.id, 'registry', '', lease)
  else await recordFailure(deps.db, connection.id, 'registry', answered.error.detail, lease)
}
