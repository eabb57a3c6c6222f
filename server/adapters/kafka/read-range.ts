import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawMessage } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { KafkaClient } from './client.ts'
import { errorOfCode, errorOfThrown, isStaleLeader } from './errors.ts'
import { fetchRaw } from './fetch.ts'
import { readBatches } from './record-batch.ts'

/** Offsets wanted of one partition: from `from` (inclusive) to `to` (exclusive). */
export type Range = { readonly partition: number; readonly from: bigint; readonly to: bigint }

export type RangeRead = {
  readonly partition: number
  readonly messages: readonly RawMessage[]
  /** The next offset to read; at least the range's end when it was read whole. */
  readonly next: bigint
  readonly bytes: number
  readonly error: BrokerError | null
}

export type ReadLimits = {
  readonly partitionBytes: number
  /** Called with the bytes of each answer; false ends the reading early. */
  readonly mayGoOn: (bytes: number, messages: number) => boolean
}

const requestBytes = 50 * 1024 * 1024
const patience = 3

type Progress = {
  readonly range: Range
  readonly messages: RawMessage[]
  next: bigint
  bytes: number
  error: BrokerError | null
  staleTries: number
  /** Answers in a row that brought no whole batch although there is data. */
  stalls: number
}

/**
 * Reads ranges of several partitions of a topic: one request a broker carries its partitions, brokers are asked side by
 * side, and each is asked again until its ranges are read or the limits end it. Partitions fail alone.
 */
export const readRanges = async (
  client: KafkaClient,
  topic: TopicName,
  ranges: readonly Range[],
  limits: ReadLimits,
  signal: AbortSignal,
): Promise<readonly RangeRead[]> => {
  const all = ranges.map(
    (range): Progress => ({
      range,
      messages: [],
      next: range.from,
      bytes: 0,
      error: null,
      staleTries: 0,
      stalls: 0,
    }),
  )
  let open = all.filter(({ range }) => range.from < range.to)
  let goesOn = true
  while (open.length > 0 && goesOn && !signal.aborted) {
    const rounds = [...(await groupByLeader(client, topic, open, signal))]
    await Promise.all(
      rounds.map(async ([leader, mine]) => {
        const before = mine.reduce((sum, { bytes }) => sum + bytes, 0)
        const counted = mine.reduce((sum, { messages }) => sum + messages.length, 0)
        await readRound(client, topic, leader, mine, limits.partitionBytes, signal)
        const bytes = mine.reduce((sum, one) => sum + one.bytes, 0) - before
        const messages = mine.reduce((sum, one) => sum + one.messages.length, 0) - counted
        if (!limits.mayGoOn(bytes, messages)) goesOn = false
      }),
    )
    open = open.filter(({ error, next, range }) => error === null && next < range.to)
  }
  return all.map(({ range, messages, next, bytes, error }) => ({
    partition: range.partition,
    messages,
    next,
    bytes,
    error,
  }))
}

const groupByLeader = async (
  client: KafkaClient,
  topic: TopicName,
  open: readonly Progress[],
  signal: AbortSignal,
) => {
  const groups = new Map<number, Progress[]>()
  const isRetry = open.some(({ staleTries }) => staleTries > 0)
  const found = (await client.metadata(signal, isRetry)).topics.get(topic)
  for (const one of open) {
    const leader =
      found?.partitions.find(({ partitionIndex }) => partitionIndex === one.range.partition)?.leaderId ?? -1
    if (leader < 0) one.error = errorOfCode(found ? 5 : 3, `topic ${topic} partition ${one.range.partition}`)
    else groups.set(leader, [...(groups.get(leader) ?? []), one])
  }
  return groups
}

const readRound = async (
  client: KafkaClient,
  topic: TopicName,
  leader: number,
  mine: readonly Progress[],
  partitionBytes: number,
  signal: AbortSignal,
): Promise<void> => {
  const about = `topic ${topic}`
  try {
    const { topics } = await client.metadata(signal)
    const topicId = topics.get(topic)?.topicId ?? ''
    // A broker fills an answer in the order asked and gives only its first partition a batch of any size (KIP-74):
    // who came away with nothing is first the next time.
    const asked = [...mine].sort((a, b) => b.stalls - a.stalls)
    const partitions = asked.map(({ range, next }) => ({
      partition: range.partition,
      currentLeaderEpoch: -1,
      fetchOffset: next,
      lastFetchedEpoch: -1,
      partitionMaxBytes: partitionBytes,
    }))
    const answer = await client.ask(leader, signal, (connection) =>
      fetchRaw.async(connection, 200, 1, requestBytes, 0, 0, -1, [{ topicId, partitions }], [], ''),
    )
    for (const [place, one] of asked.entries()) {
      const fetched = answer.partitions.find(({ partition }) => partition === one.range.partition)
      const code = answer.errorCode || (fetched?.errorCode ?? 0)
      if (code === 0 && fetched)
        take(one, topic, fetched.bytes ?? Buffer.alloc(0), fetched.highWatermark, place === 0)
      else if (isStaleLeader(code) && one.staleTries < patience) one.staleTries += 1
      else one.error = errorOfCode(code, `${about} partition ${one.range.partition}`)
    }
  } catch (error) {
    if (signal.aborted) return
    for (const one of mine) one.error = errorOfThrown(error, about)
  }
}

const take = (
  one: Progress,
  topic: TopicName,
  bytes: Buffer,
  highWatermark: bigint,
  wasFirst: boolean,
): void => {
  const { partition, to } = one.range
  const { messages, nextOffset } = readBatches(bytes, topic, partition, one.next)
  one.bytes += bytes.length
  for (const message of messages) if (message.offset < to) one.messages.push(message)
  if (nextOffset !== null) {
    one.next = nextOffset
    one.stalls = 0
    return
  }
  const end = highWatermark < to ? highWatermark : to
  if (one.next >= end || wasFirst) {
    // The partition ends here, or what stood here has been compacted away.
    one.next = to
    return
  }
  one.stalls += 1
}
