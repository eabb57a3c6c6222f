import { initProducerIdV4 } from '@platformatic/kafka'
import { sealBody } from '#server/domain/record-body.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { OutgoingMessage, Placed, Publisher, SealedOutgoing } from '#server/ports/publisher.ts'
import { type KafkaClient, pause, throwIfGivenUp, untilAborted } from './client.ts'
import { errorOfCode, errorOfThrown } from './errors.ts'
import {
  notePlaces,
  type Portion,
  partitionOfKey,
  portionsOf,
  producePortion,
  sequenceAfter,
} from './produce.ts'

const initAttempts = 15

const sealed = (message: OutgoingMessage | SealedOutgoing): SealedOutgoing =>
  'body' in message
    ? message
    : {
        topic: message.topic,
        partition: message.partition,
        timestampMs: message.timestampMs,
        body: sealBody(message),
      }

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

  const sendPortion = async (
    portion: Portion,
    messages: readonly SealedOutgoing[],
    call: Call,
  ): Promise<bigint | null> => {
    const { topic, partition, indexes } = portion
    const { id, epoch } = await numbering(call.signal)
    const name = `${topic} ${partition}`
    const sequence = sequences.get(name) ?? 0
    try {
      const own = { id, epoch, sequence, transactionalId: null }
      const base = await producePortion(client, portion, messages, own, call, nowMs)
      sequences.set(name, sequenceAfter(sequence, indexes.length))
      return base
    } catch (error) {
      // Whether the batch arrived is not known: later batches must not continue its numbering.
      producer = null
      throw error
    }
  }

  const sendAll = async (messages: readonly SealedOutgoing[], call: Call): Promise<readonly Placed[]> => {
    const placed: Placed[] = []
    for (const portion of await portionsOf(client, messages, call.signal)) {
      const base = await sendPortion(portion, messages, call)
      notePlaces(placed, portion, base)
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
        return sendAll(messages.map(sealed), call)
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
