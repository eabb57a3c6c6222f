import { createAPI, produceV9, Writer } from '@platformatic/kafka'
import { hashKey, partitionBy } from '#server/domain/partitioners.ts'
import { keyOfBody } from '#server/domain/record-body.ts'
import type { Call } from '#server/ports/call.ts'
import type { Placed, SealedOutgoing } from '#server/ports/publisher.ts'
import { type KafkaClient, pause } from './client.ts'
import { errorOfCode, isStaleLeader } from './errors.ts'
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
export type Numbering = {
  readonly id: bigint
  readonly epoch: number
  readonly sequence: number
  readonly transactionalId: string | null
}

/**
 * Produce (v9) of one ready-made batch for one partition. Brokers take transactional batches of this version only of
 * partitions that were added to the transaction before (KIP-890 does without from v12 on).
 */
const produceOne = createAPI<
  [transactionalId: string | null, topic: string, partition: number, batch: Buffer],
  ReturnType<typeof produceV9.parseResponse>
>(
  0,
  9,
  (transactionalId: string | null, topic: string, partition: number, batch: Buffer) =>
    Writer.create()
      .appendString(transactionalId)
      .appendInt16(allReplicas)
      .appendInt32(brokerTimeoutMs)
      .appendArray([topic], (topics, name) => {
        topics.appendString(name).appendArray([partition], (partitions, index) => {
          partitions.appendInt32(index).appendBytes(batch)
        })
      })
      .appendTaggedFields(),
  produceV9.parseResponse,
)

/** The same, checking before the bytes leave whether the sender still may write. */
const produceWhile = (mayWrite: Call['mayWrite']): Pick<typeof produceOne, 'key' | 'version' | 'async'> => ({
  key: produceOne.key,
  version: produceOne.version,
  async: (...args) => {
    if (mayWrite?.() === false) throw new Error('the time in which it may be sent is over')
    return produceOne.async(...args)
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

/** Notes where the messages of a portion stand that was written from an offset on; null: the broker did not tell. */
export const notePlaces = (placed: Placed[], { partition, indexes }: Portion, base: bigint | null): void => {
  for (let position = 0; position < indexes.length; position++)
    placed[indexes[position] ?? 0] = { partition, offset: base === null ? null : base + BigInt(position) }
}

/** The number after those of a batch; it turns round at 2³¹ as the broker's does. */
export const sequenceAfter = (sequence: number, records: number): number => (sequence + records) % 0x80000000

const leaderOf = async (
  client: KafkaClient,
  { topic, partition }: Portion,
  signal: AbortSignal,
  maxAgeMs?: number,
): Promise<number> =>
  (await client.metadata(signal, maxAgeMs)).topics
    .get(topic)
    ?.partitions.find(({ partitionIndex }) => partitionIndex === partition)?.leaderId ?? -1

/**
 * Writes one portion to the leader of its partition, again under the same numbers while that may help. Answers the offset
 * of its first message, null where the broker has it but did not tell. After a throw the numbering of the partition is
 * not known any more.
 */
export const producePortion = async (
  client: KafkaClient,
  portion: Portion,
  messages: readonly SealedOutgoing[],
  { transactionalId, ...producer }: Numbering,
  { signal, mayWrite }: Call,
  nowMs: () => number,
): Promise<bigint | null> => {
  const { topic, partition, indexes } = portion
  const records: RecordToWrite[] = []
  for (const index of indexes) {
    const message = messages[index]
    if (!message) continue
    records.push({ body: message.body, timestampMs: message.timestampMs ?? BigInt(nowMs()) })
  }
  const batch = writeBatch(records, producer, transactionalId !== null)
  let last: unknown = null
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      const leader = await leaderOf(client, portion, signal, attempt > 1 ? 0 : undefined)
      const { responses } = await client.ask(
        leader,
        signal,
        produceWhile(mayWrite),
        transactionalId,
        topic,
        partition,
        batch,
      )
      const answer = responses[0]?.partitionResponses[0]
      const code = answer?.errorCode ?? -1
      // Of a duplicate a broker may know no more than that it has it.
      if (code === 0 || code === duplicateSequence)
        return code === 0 && answer && answer.baseOffset >= 0n ? answer.baseOffset : null
      last = Object.assign(new Error(errorOfCode(code, `${topic} ${partition}`).detail), { apiId: code })
      if (!isStaleLeader(code) && !mayPass.has(code)) break
    } catch (error) {
      if (signal.aborted) throw error
      last = error
    }
    await pause(150 * attempt, signal)
  }
  throw last
}
