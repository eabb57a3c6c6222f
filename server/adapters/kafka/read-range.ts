import type { TopicName } from '#server/contracts/scalars.ts'
import type { Isolation, MessageFilter, RawMessage } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { type BatchStanding, judgeBatches } from './aborted-transactions.ts'
import { type KafkaClient, pause } from './client.ts'
import { brokerError, errorOfCode, errorOfThrown, isStaleLeader, offsetOutOfRange } from './errors.ts'
import { type FetchAnswer, type FetchedPartition, fetchRaw, isolationLevels } from './fetch.ts'
import { earliest, listOffsets } from './offsets.ts'
import { readRecords, sizeOfFirstBatch, walkBatches } from './record-batch.ts'

/** Offsets wanted of one partition: from `from` (inclusive) to `to` (exclusive). */
export type Range = {
  readonly partition: number
  readonly from: bigint
  readonly to: bigint
  /** How much to ask for at a time. A batch that is larger comes all the same. */
  readonly bytes: number
}

export type RangeRead = {
  readonly partition: number
  readonly messages: readonly RawMessage[]
  /** The next offset to read; at least the range's end when it was read whole. */
  readonly next: bigint
  /** Records looked at in the range. */
  readonly scanned: number
  readonly bytes: number
  readonly largestBatchBytes: number
  /** What an offset weighed in the whole batches that came; null when none came. */
  readonly bytesPerOffset: number | null
  /** Newest timestamp in the lower half of the range, by the heads of its batches; null when there were none. */
  readonly newestBelowMs: bigint | null
  /** Oldest timestamp in the range, likewise. */
  readonly oldestMs: bigint | null
  /** What stood at `from`, where it was no record to take. */
  readonly standingAtFrom: Exclude<BatchStanding, 'taken'> | null
  readonly error: BrokerError | null
}

export type ReadOptions = {
  readonly isolation: Isolation
  readonly filter: MessageFilter | null
  /** On the monotonic clock: the reader waits no longer than this for a broker that holds it back. */
  readonly deadline: number
  /** Called with what each answer brought; false ends the reading early. */
  readonly mayGoOn: (bytes: number, messages: number) => boolean
}

/** What one answer may hold in all: the memory of a scan is a small multiple of this. */
export const requestBytes = 24 * 1024 * 1024
const maxWaitMs = 200
/** So that an estimate that is right but for a few bytes does not cost a request more. */
const headroom = 16 * 1024
const patience = 3
const stalePauseMs = 50
const emptyPatience = 5
const emptyPauseMs = 20

type Progress = {
  readonly range: Range
  readonly messages: RawMessage[]
  next: bigint
  scanned: number
  bytes: number
  askBytes: number
  largestBatchBytes: number
  batchBytes: number
  batchOffsets: bigint
  newestBelowMs: bigint | null
  oldestMs: bigint | null
  standingAtFrom: Exclude<BatchStanding, 'taken'> | null
  error: BrokerError | null
  staleTries: number
  /** Answers in a row that brought nothing whole because others took the room. */
  stalls: number
  /** Answers in a row that brought nothing although the partition was first and has more. */
  empties: number
  done: boolean
}

const begin = (range: Range): Progress => ({
  range,
  messages: [],
  next: range.from,
  scanned: 0,
  bytes: 0,
  askBytes: range.bytes,
  largestBatchBytes: 0,
  batchBytes: 0,
  batchOffsets: 0n,
  newestBelowMs: null,
  oldestMs: null,
  standingAtFrom: null,
  error: null,
  staleTries: 0,
  stalls: 0,
  empties: 0,
  done: range.from >= range.to,
})

/**
 * Reads ranges of several partitions of a topic: one request a broker carries its partitions, brokers are asked side by
 * side, and each is asked again until its ranges are read or the limits end it. Partitions fail alone. A range counts as
 * read only by the batches that came, by the partition's start having moved, or by its end: an empty answer proves
 * nothing, since a broker that throttles gives one as well.
 */
export const readRanges = async (
  client: KafkaClient,
  topic: TopicName,
  ranges: readonly Range[],
  options: ReadOptions,
  signal: AbortSignal,
): Promise<readonly RangeRead[]> => {
  const all = ranges.map(begin)
  let open = all.filter(({ done }) => !done)
  let goesOn = true
  while (open.length > 0 && goesOn && !signal.aborted) {
    const rounds = [...(await groupByLeader(client, topic, open, signal))]
    await Promise.all(
      rounds.map(async ([leader, mine]) => {
        const before = sumOf(mine)
        await readRound(client, topic, leader, mine, options, signal)
        const after = sumOf(mine)
        if (!options.mayGoOn(after.bytes - before.bytes, after.scanned - before.scanned)) goesOn = false
      }),
    )
    open = open.filter(({ error, done }) => error === null && !done)
  }
  return all.map(({ range, messages, next, scanned, bytes, error, ...rest }) => ({
    partition: range.partition,
    messages,
    next,
    scanned,
    bytes,
    error,
    largestBatchBytes: rest.largestBatchBytes,
    bytesPerOffset: rest.batchOffsets === 0n ? null : rest.batchBytes / Number(rest.batchOffsets),
    newestBelowMs: rest.newestBelowMs,
    oldestMs: rest.oldestMs,
    standingAtFrom: rest.standingAtFrom,
  }))
}

const sumOf = (all: readonly Progress[]) => ({
  bytes: all.reduce((sum, one) => sum + one.bytes, 0),
  scanned: all.reduce((sum, one) => sum + one.scanned, 0),
})

const groupByLeader = async (
  client: KafkaClient,
  topic: TopicName,
  open: readonly Progress[],
  signal: AbortSignal,
) => {
  const groups = new Map<number, Progress[]>()
  const tries = open.reduce((most, { staleTries }) => Math.max(most, staleTries), 0)
  // A new leader, or a topic made a moment ago, is not known everywhere at once.
  if (tries > 0) await pause(stalePauseMs * tries, signal)
  const found = (await client.metadata(signal, tries > 0 ? 0 : undefined)).topics.get(topic)
  const leaders = new Map(found?.partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId]))
  for (const one of open) {
    const leader = leaders.get(one.range.partition) ?? -1
    if (leader < 0) {
      // Perhaps one is being elected.
      if (found && one.staleTries < patience) one.staleTries += 1
      else one.error = errorOfCode(found ? 5 : 3, `topic ${topic} partition ${one.range.partition}`)
      continue
    }
    const mine = groups.get(leader)
    if (mine) mine.push(one)
    else groups.set(leader, [one])
  }
  return groups
}

const readRound = async (
  client: KafkaClient,
  topic: TopicName,
  leader: number,
  mine: readonly Progress[],
  options: ReadOptions,
  signal: AbortSignal,
): Promise<void> => {
  const about = `topic ${topic}`
  try {
    const { topics } = await client.metadata(signal)
    const topicId = topics.get(topic)?.topicId ?? ''
    // A broker fills an answer in the order asked and gives only its first partition a batch of any size (KIP-74):
    // who came away with nothing is first the next time.
    const asked = [...mine].sort((a, b) => b.stalls + b.empties - (a.stalls + a.empties))
    const partitions = asked.map(({ range, next, askBytes }) => ({
      partition: range.partition,
      currentLeaderEpoch: -1,
      fetchOffset: next,
      lastFetchedEpoch: -1,
      partitionMaxBytes: askBytes,
    }))
    const topicsAsked = [{ topicId, partitions }]
    const level = isolationLevels[options.isolation]
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
    const fetchedOf = new Map(answer.partitions.map((fetched) => [fetched.partition, fetched]))
    for (const [place, one] of asked.entries()) {
      const fetched = fetchedOf.get(one.range.partition)
      const code = answer.errorCode || (fetched?.errorCode ?? 0)
      const where = `${about} partition ${one.range.partition}`
      if (code === 0 && fetched)
        tryTaking(one, topic, fetched, options, place === 0 && answer.throttleTimeMs === 0)
      else if (code === offsetOutOfRange) await jumpToStart(client, topic, leader, one, signal)
      else if (code === 0 && answer.throttleTimeMs > 0) continue
      else if (isStaleLeader(code) && one.staleTries < patience) one.staleTries += 1
      else one.error = errorOfCode(code, where)
    }
    await waitForMore(answer, topic, asked, options.deadline, signal)
  } catch (error) {
    if (signal.aborted) return
    for (const one of mine) one.error = errorOfThrown(error, about)
  }
}

/** Retention has moved the start past what was asked for: goes on from there, or says what the broker said. */
const jumpToStart = async (
  client: KafkaClient,
  topic: TopicName,
  leader: number,
  one: Progress,
  signal: AbortSignal,
): Promise<void> => {
  const question = { topic, partition: one.range.partition, leader }
  const [start] = await listOffsets(client, [question], earliest, signal)
  if (start?.error === null && start.offset > one.next) goOnFrom(one, start.offset, one.range.to)
  else
    one.error =
      start?.error ?? errorOfCode(offsetOutOfRange, `topic ${topic} partition ${question.partition}`)
}

/** Never beyond the range: a batch may have been written after its end was asked for, and is left to the next reading. */
const goOnFrom = (one: Progress, next: bigint, end: bigint): void => {
  one.next = next < one.range.to ? next : one.range.to
  one.stalls = 0
  one.empties = 0
  one.done = next >= one.range.to || next >= end
  if (one.batchOffsets === 0n || one.done) return
  const rest = Number(one.range.to - one.next) * (one.batchBytes / Number(one.batchOffsets))
  one.askBytes = Math.min(one.askBytes, Math.ceil(rest) + one.largestBatchBytes + headroom)
}

/** An answer without data is tried again: after the time a broker that throttles asked for, else a moment later. */
const waitForMore = async (
  { throttleTimeMs }: FetchAnswer,
  topic: TopicName,
  asked: readonly Progress[],
  deadline: number,
  signal: AbortSignal,
): Promise<void> => {
  const open = asked.filter(({ done, error }) => !done && error === null)
  if (open.length === 0) return
  if (throttleTimeMs > 0) {
    if (performance.now() + throttleTimeMs >= deadline)
      for (const one of open)
        one.error = brokerError(
          'overloaded',
          `topic ${topic} partition ${one.range.partition}: the broker throttles this client by its quota and asked it to wait ${throttleTimeMs} ms, which is longer than the time left`,
        )
    else await pause(throttleTimeMs, signal)
    return
  }
  for (const one of open)
    if (one.empties > emptyPatience)
      one.error = brokerError(
        'timeout',
        `topic ${topic} partition ${one.range.partition}: the broker answered ${one.empties} times without records from offset ${one.next} on, although the partition reaches further`,
      )
  if (open.some(({ empties }) => empties > 0)) await pause(emptyPauseMs, signal)
}

const later = (a: bigint | null, b: bigint): bigint => (a === null || b > a ? b : a)
const earlier = (a: bigint | null, b: bigint): bigint => (a === null || b < a ? b : a)

/** A batch that can not be read is the partition's own error. */
const tryTaking: typeof take = (one, topic, ...rest) => {
  try {
    take(one, topic, ...rest)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    one.error = brokerError('invalid', `topic ${topic} partition ${one.range.partition}: ${problem}`)
  }
}

const take = (
  one: Progress,
  topic: TopicName,
  fetched: FetchedPartition,
  { isolation, filter }: ReadOptions,
  wasFirst: boolean,
): void => {
  const { partition, from, to } = one.range
  const { bytes, highWatermark, lastStableOffset, logStart } = fetched
  one.bytes += bytes.length
  const standingOf = judgeBatches(fetched.aborted)
  let next: bigint | null = null
  for (const batch of walkBatches(bytes)) {
    one.largestBatchBytes = Math.max(one.largestBatchBytes, batch.bytes.length)
    one.batchBytes += batch.bytes.length
    // From where the last one ended: offsets that compaction has emptied weigh nothing.
    one.batchOffsets += batch.nextOffset - (next ?? batch.baseOffset)
    next = batch.nextOffset
    const standing = standingOf(batch)
    if (batch.baseOffset >= to) break
    if (batch.nextOffset <= one.next) continue
    if (standing !== 'taken') {
      if (batch.baseOffset <= from) one.standingAtFrom = standing
      continue
    }
    one.scanned += readRecords(batch, { topic, partition, from: one.next, to, filter }, one.messages)
    if (batch.baseOffset <= (from + to) / 2n)
      one.newestBelowMs = later(one.newestBelowMs, batch.maxTimestampMs)
    // Of a batch that reaches below the range, only its newest record is sure to have been looked at.
    one.oldestMs = earlier(
      one.oldestMs,
      batch.baseOffset < from ? batch.maxTimestampMs : batch.baseTimestampMs,
    )
  }
  const end = isolation === 'committed' ? lastStableOffset : highWatermark
  if (next !== null && next > one.next) goOnFrom(one, next, end)
  else if (logStart > one.next) goOnFrom(one, logStart, end)
  else if (one.next >= end) one.done = true
  else if (bytes.length > 0) {
    // Only a part of a batch came: next time as much is asked for as it takes.
    one.askBytes = Math.max(one.askBytes * 2, sizeOfFirstBatch(bytes) ?? 0)
    one.stalls += 1
  } else if (wasFirst) one.empties += 1
  else one.stalls += 1
}
