import { initProducerIdV4 } from '@platformatic/kafka'
import { sealBody } from '#server/domain/record-body.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { OutgoingMessage, Placed, Publisher, SealedOutgoing } from '#server/ports/publisher.ts'
import { type KafkaClient, pause, throwIfGivenUp, untilAborted } from './client.ts'
import { errorOfCode, errorOfThrown } from './errors.ts'
import { partitionOfKey, portionsOf, writePortions } from './produce.ts'

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

/** The publishing facet: an idempotent producer with acks of all in-sync replicas, a partition's batches in turn. */
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

  const sendAll = async (messages: readonly SealedOutgoing[], call: Call): Promise<readonly Placed[]> => {
    const portions = await portionsOf(client, messages, call.signal)
    const own = { ...(await numbering(call.signal)), transactionalId: null, sequences }
    try {
      return await writePortions(client, portions, messages, own, call, nowMs)
    } catch (error) {
      // Whether a batch arrived is not known: later ones must not continue its numbering.
      producer = null
      throw error
    }
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
