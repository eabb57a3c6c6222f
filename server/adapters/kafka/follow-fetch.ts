import type { FollowRequest } from '#server/ports/follow.ts'
import type { KafkaClient } from './client.ts'
import { errorOfCode, errorOfThrown, offsetOutOfRange } from './errors.ts'
import { type FetchedPartition, fetchRaw, isolationLevels } from './fetch.ts'
import type { FollowedLanes, Lane } from './follow-lanes.ts'
import { earliest, listOffsets } from './offsets.ts'
import { makePacer } from './pacer.ts'
import { begin, reportOf } from './range-progress.ts'
import { tryTaking } from './take-batches.ts'

/** A broker with nothing new answers after this. */
const maxWaitMs = 500
/** The memory of a tail is a small multiple of this. */
const requestBytes = 4 * 1024 * 1024
/** No end of a partition lies further. */
const farAway = 2n ** 62n

/**
 * One long poll for the partitions that a broker leads; what it brings goes into the lanes. Answers whether the broker
 * answered. Partitions fail alone and stay where they stand. Never throws.
 */
export const fetchFollowed = async (
  client: KafkaClient,
  leader: number,
  mine: readonly Lane[],
  lanes: FollowedLanes,
  request: FollowRequest,
  signal: AbortSignal,
): Promise<boolean> => {
  try {
    // A broker fills an answer in the order asked: those that reach furthest beyond what was read come first.
    const asked = [...mine].sort((a, b) => Number(restOf(b) - restOf(a)))
    const topicsAsked = [...Map.groupBy(asked, ({ topicId }) => topicId)].map(([topicId, own]) => ({
      topicId,
      partitions: own.map(({ partition, next, askBytes }) => ({
        partition,
        currentLeaderEpoch: -1,
        fetchOffset: next as bigint,
        lastFetchedEpoch: -1,
        partitionMaxBytes: askBytes,
      })),
    }))
    const level = isolationLevels[request.isolation ?? 'committed']
    const answer = await client.ask(
      leader,
      signal,
      fetchRaw,
      maxWaitMs,
      1,
      requestBytes,
      level,
      0,
      -1,
      topicsAsked,
      [],
      '',
    )
    const byPlace = new Map(answer.partitions.map((one) => [`${one.topicId} ${one.partition}`, one]))
    for (const lane of asked) {
      const fetched = byPlace.get(`${lane.topicId} ${lane.partition}`)
      const code = answer.errorCode || (fetched?.errorCode ?? 0)
      if (code === offsetOutOfRange) await jumpToStart(client, leader, lane, lanes, signal)
      else if (code !== 0) lanes.fail(lane, errorOfCode(code, whereIs(lane)), Date.now())
      else if (fetched) await take(lane, fetched, lanes, request, signal)
    }
    return true
  } catch (error) {
    if (!signal.aborted)
      for (const lane of mine) lanes.fail(lane, errorOfThrown(error, `broker ${leader}`), Date.now())
    return false
  }
}

const restOf = ({ next, end }: Lane): bigint => (end === null || typeof next !== 'bigint' ? 0n : end - next)

const whereIs = ({ topic, partition }: Lane): string => `topic ${topic} partition ${partition}`

const take = async (
  lane: Lane,
  fetched: FetchedPartition,
  lanes: FollowedLanes,
  { filter, isolation = 'committed' }: FollowRequest,
  signal: AbortSignal,
): Promise<void> => {
  const { topic, topicId, partition, next } = lane
  // It has begun anew while the broker was asked.
  if (typeof next !== 'bigint') return
  const progress = begin({
    topic,
    topicId,
    partition,
    from: next,
    to: farAway,
    bytes: lane.askBytes,
    level: isolation,
  })
  const taking = {
    keepsAborted: isolation === 'uncommitted',
    filter: filter ?? null,
    sinceMs: null,
    untilMs: null,
    pacer: makePacer(),
  }
  await tryTaking(progress, fetched, taking, false, signal)
  const { messages, scanned, lost, error } = reportOf(progress)
  // It was jumped meanwhile: what came counts as skipped.
  if (lane.next !== next) return
  lane.end = isolation === 'committed' ? fetched.lastStableOffset : fetched.highWatermark
  lane.askBytes = Math.max(lane.askBytes, progress.askBytes)
  if (error) {
    lanes.fail(lane, error, Date.now())
    return
  }
  if (lost) lanes.jump(lane, lost.to)
  lane.next = progress.next
  lane.trouble = null
  lanes.add(messages, scanned)
}

/** Retention was faster than the reading. */
const jumpToStart = async (
  client: KafkaClient,
  leader: number,
  lane: Lane,
  lanes: FollowedLanes,
  signal: AbortSignal,
): Promise<void> => {
  const { topic, partition } = lane
  const [start] = await listOffsets(client, [{ topic, partition, leader }], earliest, signal)
  if (start?.error === null && typeof lane.next === 'bigint' && start.offset > lane.next)
    lanes.jump(lane, start.offset)
  else lanes.fail(lane, start?.error ?? errorOfCode(offsetOutOfRange, whereIs(lane)), Date.now())
}
