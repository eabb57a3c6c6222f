import type { TopicName } from '#server/contracts/scalars.ts'
import type { Isolation, MessageFilter } from '#server/ports/broker.ts'
import { type KafkaClient, pause } from './client.ts'
import { brokerError, errorOfCode, errorOfThrown, isStaleLeader, offsetOutOfRange } from './errors.ts'
import { type FetchAnswer, fetchRaw, isolationLevels } from './fetch.ts'
import { earliest, listOffsets } from './offsets.ts'
import {
  begin,
  goOnFrom,
  type Progress,
  type Range,
  type RangeRead,
  reportOf,
  sumOf,
} from './range-progress.ts'
import { tryTaking } from './take-batches.ts'

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
const patience = 3
const stalePauseMs = 50
const emptyPatience = 5
const emptyPauseMs = 20

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
  return all.map(reportOf)
}

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
