import { createAPI, initProducerIdV4, murmur2, produceV9, Writer } from '@platformatic/kafka'
import { fail, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { OutgoingMessage, Publisher } from '#server/ports/publisher.ts'
import { type KafkaClient, pause, throwIfGivenUp, untilAborted } from './client.ts'
import { errorOfCode, errorOfThrown, isStaleLeader } from './errors.ts'
import { writeBatch } from './write-batch.ts'

const allReplicas = -1
const brokerTimeoutMs = 10_000
const batchBytes = 900_000
const attempts = 4
const initAttempts = 15
const duplicateSequence = 46
/** Timed out, too few replicas before or after the write, storage: tried again under the same numbering. */
const mayPass = new Set([7, 19, 20, 56])
/** Out of order sequence, invalid epoch, unknown producer, fenced: the producer's numbering must begin anew. */
const spoiltNumbering = new Set([45, 47, 59, 90])

type Portion = { readonly topic: string; readonly partition: number; readonly indexes: number[] }
type Placed = { readonly partition: number; readonly offset: bigint | null }

/** Produce (v9) of one ready-made batch for one partition. */
const produceOne = createAPI<
  [topic: string, partition: number, batch: Buffer],
  ReturnType<typeof produceV9.parseResponse>
>(
  0,
  9,
  (topic: string, partition: number, batch: Buffer) =>
    Writer.create()
      .appendString(null)
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
const partitionOfKey = (key: Uint8Array, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions

const sizeOf = ({ key, value, headers }: OutgoingMessage): number =>
  (key?.length ?? 0) +
  (value?.length ?? 0) +
  headers.reduce((sum, { name, value: bytes }) => sum + name.length + (bytes?.length ?? 0) + 10, 40)

/** The publishing facet: an idempotent producer with acks of all in-sync replicas, one batch a partition at a time. */
export const makePublisher = (client: KafkaClient, nowMs: () => number = Date.now): Publisher => {
  let producer: { readonly id: bigint; readonly epoch: number } | null = null
  const sequences = new Map<string, number>()
  let queue: Promise<unknown> = Promise.resolve()

  /** A broker that has just started answers for a moment that it is loading. */
  const askForNumbering = async (signal: AbortSignal, attempt = 1) => {
    const answer = await client.ask(null, signal, initProducerIdV4.api, null, 60_000, -1n, -1)
    if (answer.errorCode === 0) return answer
    if (attempt === initAttempts)
      throw Object.assign(new Error('no producer id'), { apiId: answer.errorCode })
    await pause(200, signal)
    return askForNumbering(signal, attempt + 1)
  }

  const numbering = async (signal: AbortSignal) => {
    if (producer) return producer
    const answer = await askForNumbering(signal)
    producer = { id: answer.producerId, epoch: answer.producerEpoch }
    sequences.clear()
    return producer
  }

  const portionsOf = async (
    messages: readonly OutgoingMessage[],
    signal: AbortSignal,
  ): Promise<Portion[]> => {
    const portions: Portion[] = []
    const open = new Map<string, { portion: Portion; bytes: number }>()
    for (const [index, message] of messages.entries()) {
      const count = (await client.topic(message.topic, signal))?.partitions.length ?? 0
      if (count === 0) throw Object.assign(new Error(`topic ${message.topic} does not exist`), { apiId: 3 })
      const partition =
        message.partition ?? (message.key === null ? index % count : partitionOfKey(message.key, count))
      const name = `${message.topic} ${partition}`
      const current = open.get(name)
      const bytes = sizeOf(message)
      if (current && current.bytes + bytes <= batchBytes) {
        current.portion.indexes.push(index)
        current.bytes += bytes
      } else {
        const portion = { topic: message.topic, partition, indexes: [index] }
        portions.push(portion)
        open.set(name, { portion, bytes })
      }
    }
    return portions
  }

  const leaderOf = async (
    { topic, partition }: Portion,
    signal: AbortSignal,
    maxAgeMs?: number,
  ): Promise<number> =>
    (await client.metadata(signal, maxAgeMs)).topics
      .get(topic)
      ?.partitions.find((one) => one.partitionIndex === partition)?.leaderId ?? -1

  const sendPortion = async (
    portion: Portion,
    messages: readonly OutgoingMessage[],
    { signal, mayWrite }: Call,
  ): Promise<bigint | null> => {
    const { topic, partition, indexes } = portion
    const { id, epoch } = await numbering(signal)
    const name = `${topic} ${partition}`
    const sequence = sequences.get(name) ?? 0
    const records = indexes.flatMap((index) => {
      const message = messages[index]
      return message ? [{ ...message, timestampMs: message.timestampMs ?? BigInt(nowMs()) }] : []
    })
    const batch = writeBatch(records, { id, epoch, sequence })
    let last: unknown = null
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        const leader = await leaderOf(portion, signal, attempt > 1 ? 0 : undefined)
        const { responses } = await client.ask(
          leader,
          signal,
          produceWhile(mayWrite),
          topic,
          partition,
          batch,
        )
        const answer = responses[0]?.partitionResponses[0]
        const code = answer?.errorCode ?? -1
        if (code === 0 || code === duplicateSequence) {
          sequences.set(name, (sequence + records.length) % 0x80000000)
          // Of a duplicate a broker may know no more than that it has it.
          return code === 0 && answer && answer.baseOffset >= 0n ? answer.baseOffset : null
        }
        last = Object.assign(new Error(errorOfCode(code, name).detail), { apiId: code })
        if (spoiltNumbering.has(code)) producer = null
        if (!isStaleLeader(code) && !mayPass.has(code)) break
      } catch (error) {
        if (signal.aborted) {
          // Whether the batch arrived is not known: later batches must not continue its numbering.
          producer = null
          throw error
        }
        last = error
      }
      await pause(150 * attempt, signal).catch((error: unknown) => {
        producer = null
        throw error
      })
    }
    producer = null
    throw last
  }

  const sendAll = async (messages: readonly OutgoingMessage[], call: Call): Promise<readonly Placed[]> => {
    const placed: Placed[] = []
    for (const portion of await portionsOf(messages, call.signal)) {
      const base = await sendPortion(portion, messages, call)
      for (const [position, index] of portion.indexes.entries())
        placed[index] = {
          partition: portion.partition,
          offset: base === null ? null : base + BigInt(position),
        }
    }
    return placed
  }

  return {
    partitionOf: async (topic, key, { signal }) => {
      try {
        const count = (await client.topic(topic, signal))?.partitions.length ?? 0
        return count === 0 ? fail(errorOfCode(3, `topic ${topic}`)) : succeed(partitionOfKey(key, count))
      } catch (error) {
        return fail(errorOfThrown(error, 'choosing a partition'))
      }
    },
    send: async (messages, call) => {
      // One at a time: sequences of a partition must arrive in order.
      const turn = queue.then(() => {
        throwIfGivenUp(call.signal)
        return sendAll(messages, call)
      })
      queue = turn.catch(() => {})
      try {
        // Who gives up while another send is under way does not wait for it, and nothing of it is sent later.
        return succeed(await untilAborted(turn, call.signal))
      } catch (error) {
        return fail(errorOfThrown(error, 'sending'))
      }
    },
  }
}
