import { createAPI, produceV9, Writer } from '@platformatic/kafka'
import { hashKey, partitionBy } from '#server/domain/partitioners.ts'
import { keyOfBody } from '#server/domain/record-body.ts'
import type { Call } from '#server/ports/call.ts'
import type { Placed, SealedOutgoing } from '#server/ports/publisher.ts'
import { type KafkaClient, pause } from './client.ts'
import { isStaleLeader, protocolError } from './errors.ts'
import { gravestOf, isRefusal } from './send-failures.ts'
import { mostHeadBytes, type RecordToWrite, writeBatch } from './write-batch.ts'

const allReplicas = -1
const brokerTimeoutMs = 10_000
const batchBytes = 900_000
/** Batches of one request: brokers close a connection on one that is too large, and a slow line takes long for it. */
const requestBytes = 4 * 1024 * 1024
const attempts = 4
const duplicateSequence = 46
/** Timed out, too few replicas before or after the write, storage: tried again under the same numbering. */
const passingCodes = new Set([7, 19, 20, 56])

/** Messages of one partition that go in one batch, by their place in the list to send. */
export type Portion = { readonly topic: string; readonly partition: number; readonly indexes: number[] }

/** Who numbers the batches of a partition. With a transactional id they belong to its open transaction. */
type Numbering = { readonly id: bigint; readonly epoch: number; readonly transactionalId: string | null }

/** A portion that is being written: its batch, and how that ended so far; null: it was not sent yet. */
type Write = {
  readonly portion: Portion
  readonly batch: Buffer
  ended: Written | null
  isWorthRetrying: boolean
  /** Why an attempt had no answer: the broker may have the batch, whatever it says to a later one. */
  unanswered: unknown
}

/** Where the first message of a portion stands, null where the broker has it but did not tell; or what went wrong. */
type Written =
  | { readonly ok: true; readonly base: bigint | null }
  | { readonly ok: false; readonly error: unknown }

/**
 * Produce (v9) of ready-made batches, one a partition. Brokers take transactional batches of this version only of
 * partitions that were added to the transaction before (KIP-890 does without from v12 on).
 */
const produceBatches = createAPI<
  [transactionalId: string | null, writes: readonly Write[]],
  ReturnType<typeof produceV9.parseResponse>
>(
  0,
  9,
  (transactionalId: string | null, writes: readonly Write[]) =>
    Writer.create()
      .appendString(transactionalId)
      .appendInt16(allReplicas)
      .appendInt32(brokerTimeoutMs)
      .appendArray([...Map.groupBy(writes, ({ portion }) => portion.topic)], (topics, [name, mine]) => {
        topics.appendString(name).appendArray(mine, (partitions, { portion, batch }) => {
          partitions.appendInt32(portion.partition).appendBytes(batch)
        })
      })
      .appendTaggedFields(),
  produceV9.parseResponse,
)

/** Nothing was sent, and nothing may be. */
class TimeOverError extends Error {
  override readonly name = 'TimeOverError'
}

/** The same, checking before the bytes leave whether the sender still may write. */
const produceWhile = (
  mayWrite: Call['mayWrite'],
): Pick<typeof produceBatches, 'key' | 'version' | 'async'> => ({
  key: produceBatches.key,
  version: produceBatches.version,
  async: (...args) => {
    if (mayWrite?.() === false) throw new TimeOverError('the time in which it may be sent is over')
    return produceBatches.async(...args)
  },
})

/** The partition the Java client's default partitioner gives a key: murmur2, sign dropped, modulo. */
export const partitionOfKey = (key: Uint8Array, partitions: number): number =>
  partitionBy('murmur2', hashKey(key), partitions)

const choosePartition = (body: Buffer, index: number, count: number): number => {
  const key = keyOfBody(body)
  return key === null ? index % count : partitionOfKey(key, count)
}

/** Chooses partitions and cuts messages into batches, each partition's in the order of the messages. */
export const portionsOf = async (
  client: KafkaClient,
  messages: readonly SealedOutgoing[],
  signal: AbortSignal,
): Promise<Portion[]> => {
  const portions: Portion[] = []
  const open = new Map<string, Map<number, { portion: Portion; bytes: number }>>()
  const counts = new Map<string, number>()
  for (const topic of new Set(messages.map((message) => message.topic))) {
    const count = (await client.topic(topic, signal))?.partitions.length ?? 0
    if (count === 0) throw Object.assign(new Error(`topic ${topic} does not exist`), { apiId: 3 })
    counts.set(topic, count)
  }
  for (const [index, message] of messages.entries()) {
    const count = counts.get(message.topic) ?? 1
    const partition = message.partition ?? choosePartition(message.body, index, count)
    let ofTopic = open.get(message.topic)
    if (!ofTopic) {
      ofTopic = new Map()
      open.set(message.topic, ofTopic)
    }
    const current = ofTopic.get(partition)
    const bytes = message.body.length + mostHeadBytes
    if (current && current.bytes + bytes <= batchBytes) {
      current.portion.indexes.push(index)
      current.bytes += bytes
    } else {
      const portion = { topic: message.topic, partition, indexes: [index] }
      portions.push(portion)
      ofTopic.set(partition, { portion, bytes })
    }
  }
  return portions
}

/** The number after those of a batch; it turns round at 2³¹ as the broker's does. */
const sequenceAfter = (sequence: number, records: number): number => (sequence + records) % 0x80000000

/**
 * Writes portions of different partitions side by side, with one request to each leader of some of them (more where they
 * are large), again under the same numbers while that may help. A broker answers the requests of one connection in turn,
 * and has the coordinator confirm each transactional one: partitions of one request wait for that once. Answers in the
 * order of the portions. After an error the numbering of that partition is not known any more.
 */
const producePortions = async (
  client: KafkaClient,
  portions: readonly (Portion & { readonly sequence: number })[],
  messages: readonly SealedOutgoing[],
  { transactionalId, ...producer }: Numbering,
  call: Call,
  nowMs: () => number,
): Promise<readonly Written[]> => {
  const { signal } = call
  const writes = portions.map((portion): Write => {
    const records: RecordToWrite[] = []
    for (const index of portion.indexes) {
      const message = messages[index]
      if (message) records.push({ body: message.body, timestampMs: message.timestampMs ?? BigInt(nowMs()) })
    }
    const batch = writeBatch(records, { ...producer, sequence: portion.sequence }, transactionalId !== null)
    return { portion, batch, ended: null, isWorthRetrying: true, unanswered: null }
  })
  let waiting = writes
  for (let attempt = 1; waiting.length > 0 && attempt <= attempts; attempt++) {
    try {
      if (attempt > 1) await pause(150 * (attempt - 1), signal)
      const leaders = await leadersOf(client, waiting, signal, attempt > 1 ? 0 : undefined)
      const lanes = [...Map.groupBy(waiting, ({ portion }) => leaders.get(nameOf(portion)) ?? -1)]
      await Promise.all(
        lanes.map(async ([leader, mine]) => {
          for (const some of requestsOf(mine)) await produceOnce(client, leader, some, transactionalId, call)
        }),
      )
    } catch (error) {
      for (const write of waiting) noteFailure(write, error, signal)
    }
    waiting = waiting.filter(({ ended, isWorthRetrying }) => !ended?.ok && isWorthRetrying)
  }
  return writes.map(({ ended, unanswered }): Written => {
    if (!ended) return { ok: false, error: new Error('nothing was sent') }
    return !ended.ok && unanswered !== null && isRefusal(ended.error)
      ? { ok: false, error: unanswered }
      : ended
  })
}

/** The leaders of the partitions of some writes, by `nameOf`; -1: it has none. */
const leadersOf = async (
  client: KafkaClient,
  writes: readonly Write[],
  signal: AbortSignal,
  maxAgeMs?: number,
): Promise<ReadonlyMap<string, number>> => {
  const { topics } = await client.metadata(signal, maxAgeMs)
  const names = new Set(writes.map(({ portion }) => portion.topic))
  return new Map(
    [...names].flatMap((topic) =>
      (topics.get(topic)?.partitions ?? []).map(
        ({ partitionIndex, leaderId }) => [nameOf({ topic, partition: partitionIndex }), leaderId] as const,
      ),
    ),
  )
}

/** Cuts the writes of one leader into requests of so many bytes, each of at least one batch. */
const requestsOf = (writes: readonly Write[]): readonly (readonly Write[])[] => {
  const requests: Write[][] = []
  let bytes = 0
  for (const write of writes) {
    bytes += write.batch.length
    const last = requests.at(-1)
    if (last && bytes <= requestBytes) last.push(write)
    else {
      requests.push([write])
      bytes = write.batch.length
    }
  }
  return requests
}

const noteFailure = (write: Write, error: unknown, signal: AbortSignal): void => {
  write.ended = { ok: false, error }
  write.isWorthRetrying = !signal.aborted && !(error instanceof TimeOverError)
}

/** Asks one leader to write batches of its partitions, and notes in each how that ended. */
const produceOnce = async (
  client: KafkaClient,
  leader: number,
  writes: readonly Write[],
  transactionalId: string | null,
  { signal, mayWrite }: Call,
): Promise<void> => {
  try {
    const { responses } = await client.ask(leader, signal, produceWhile(mayWrite), transactionalId, writes)
    const answers = new Map(
      responses.flatMap(({ name: topic, partitionResponses }) =>
        partitionResponses.map((one) => [nameOf({ topic, partition: one.index }), one] as const),
      ),
    )
    for (const write of writes) {
      const name = nameOf(write.portion)
      const answer = answers.get(name)
      const code = answer?.errorCode ?? -1
      // Of a duplicate a broker may know no more than that it has it.
      if (code === 0 || code === duplicateSequence) {
        const base = code === 0 && answer && answer.baseOffset >= 0n ? answer.baseOffset : null
        write.ended = { ok: true, base }
        continue
      }
      write.ended = { ok: false, error: protocolError(code, name) }
      write.isWorthRetrying = isStaleLeader(code) || passingCodes.has(code)
    }
  } catch (error) {
    for (const write of writes) {
      noteFailure(write, error, signal)
      if (!isRefusal(error) && !(error instanceof TimeOverError)) write.unanswered ??= error
    }
  }
}

/**
 * Writes portions, each partition's in their order, those of several partitions side by side; `sequences` holds the number
 * of the next message of each partition. Ends after the first round in which one was not written. Answers where the
 * messages stand, in their order. Throws of what went wrong the gravest: that another producer has taken over, then what
 * leaves it unknown whether the broker has a batch, then what it has refused.
 */
export const writePortions = async (
  client: KafkaClient,
  portions: readonly Portion[],
  messages: readonly SealedOutgoing[],
  numbering: Numbering & { readonly sequences: Map<string, number> },
  call: Call,
  nowMs: () => number,
  onWritten?: (records: number) => void,
): Promise<readonly Placed[]> => {
  const { sequences } = numbering
  const placed: Placed[] = []
  for (const round of roundsOf(portions)) {
    const numbered = round.map((portion) => ({ ...portion, sequence: sequences.get(nameOf(portion)) ?? 0 }))
    const ended = await producePortions(client, numbered, messages, numbering, call, nowMs)
    const failures: unknown[] = []
    for (const [position, written] of ended.entries()) {
      const portion = numbered[position]
      if (!portion) continue
      if (!written.ok) {
        failures.push(written.error)
        continue
      }
      sequences.set(nameOf(portion), sequenceAfter(portion.sequence, portion.indexes.length))
      onWritten?.(portion.indexes.length)
      notePlaces(placed, portion, written.base)
    }
    if (failures.length > 0) throw gravestOf(failures)
  }
  return placed
}

const nameOf = ({ topic, partition }: Pick<Portion, 'topic' | 'partition'>): string => `${topic} ${partition}`

/** The first portion of each partition, then the second of each, and so on. */
const roundsOf = (portions: readonly Portion[]): readonly (readonly Portion[])[] => {
  const lanes = Map.groupBy(portions, nameOf)
  const rounds: Portion[][] = []
  for (const lane of lanes.values())
    for (const [turn, portion] of lane.entries()) {
      rounds[turn] ??= []
      rounds[turn].push(portion)
    }
  return rounds
}

/** Notes where the messages of a portion stand that was written from an offset on; null: the broker did not tell. */
const notePlaces = (placed: Placed[], { partition, indexes }: Portion, base: bigint | null): void => {
  for (let position = 0; position < indexes.length; position++)
    placed[indexes[position] ?? 0] = { partition, offset: base === null ? null : base + BigInt(position) }
}
