import { createAPI, produceV9, Writer } from '@platformatic/kafka'
import { hashKey, partitionBy } from '#server/domain/partitioners.ts'
import { keyOfBody } from '#server/domain/record-body.ts'
import type { Call } from '#server/ports/call.ts'
import type { Placed, SealedOutgoing } from '#server/ports/publisher.ts'
import { type KafkaClient, pause } from './client.ts'
import { isStaleLeader, protocolError } from './errors.ts'
import { gravestOf } from './send-failures.ts'
import { mostHeadBytes, type RecordToWrite, writeBatch } from './write-batch.ts'

const allReplicas = -1
const brokerTimeoutMs = 10_000
const batchBytes = 900_000
const attempts = 4
const duplicateSequence = 46
/** Timed out, too few replicas before or after the write, storage: tried again under the same numbering. */
const mayPass = new Set([7, 19, 20, 56])

/** Messages of one partition that go in one batch, by their place in the list to send. */
export type Portion = { readonly topic: string; readonly partition: number; readonly indexes: number[] }

/** Who numbers the batches of a partition. With a transactional id they belong to its open transaction. */
type Numbering = { readonly id: bigint; readonly epoch: number; readonly transactionalId: string | null }

/** A portion, the number of its first message, and how its write ended so far; `base` is null before that. */
type Write = {
  readonly portion: Portion
  readonly batch: Buffer
  ended: Written | null
  mayPass: boolean
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

/** The same, checking before the bytes leave whether the sender still may write. */
const produceWhile = (
  mayWrite: Call['mayWrite'],
): Pick<typeof produceBatches, 'key' | 'version' | 'async'> => ({
  key: produceBatches.key,
  version: produceBatches.version,
  async: (...args) => {
    if (mayWrite?.() === false) throw new Error('the time in which it may be sent is over')
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
 * Writes portions of different partitions side by side, with one request to each leader of some of them, again under the
 * same numbers while that may help. A broker answers the requests of one connection in turn, and has the coordinator
 * confirm each transactional one: partitions of one request wait for that once. Answers in the order of the portions.
 * After an error the numbering of that partition is not known any more.
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
    return { portion, batch, ended: null, mayPass: true }
  })
  let waiting = writes
  for (let attempt = 1; waiting.length > 0 && attempt <= attempts; attempt++) {
    try {
      if (attempt > 1) await pause(150 * (attempt - 1), signal)
      const { topics } = await client.metadata(signal, attempt > 1 ? 0 : undefined)
      const leaderOf = ({ portion: { topic, partition } }: Write) =>
        topics.get(topic)?.partitions.find(({ partitionIndex }) => partitionIndex === partition)?.leaderId ??
        -1
      const asking = [...Map.groupBy(waiting, leaderOf)].map(([leader, mine]) =>
        produceOnce(client, leader, mine, transactionalId, call),
      )
      await Promise.all(asking)
    } catch (error) {
      noteFailure(waiting, error, signal)
    }
    waiting = waiting.filter(({ ended, mayPass }) => !ended?.ok && mayPass)
  }
  return writes.map(({ ended }) => ended ?? { ok: false, error: new Error('nothing was sent') })
}

const noteFailure = (writes: readonly Write[], error: unknown, signal: AbortSignal): void => {
  for (const write of writes) {
    write.ended = { ok: false, error }
    write.mayPass = !signal.aborted
  }
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
    for (const write of writes) {
      const { topic, partition } = write.portion
      const answer = responses
        .find(({ name }) => name === topic)
        ?.partitionResponses.find(({ index }) => index === partition)
      const code = answer?.errorCode ?? -1
      // Of a duplicate a broker may know no more than that it has it.
      if (code === 0 || code === duplicateSequence) {
        const base = code === 0 && answer && answer.baseOffset >= 0n ? answer.baseOffset : null
        write.ended = { ok: true, base }
        continue
      }
      write.ended = { ok: false, error: protocolError(code, `${topic} ${partition}`) }
      write.mayPass = isStaleLeader(code) || mayPass.has(code)
    }
  } catch (error) {
    noteFailure(writes, error, signal)
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

const nameOf = ({ topic, partition }: Portion): string => `${topic} ${partition}`

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
