import { randomUUID } from 'node:crypto'
import { type Attributes, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  type Consumer,
  type IHeaders,
  Kafka,
  type KafkaMessage,
  logLevel,
  Partitioners,
  type Producer,
} from 'kafkajs'
import { type Codecs, makeCodecs } from './codecs.ts'
import { type Control, followControl } from './control.ts'
import { makeDeadLetterWriter } from './dead-letters/write-dead-letter.ts'
import { type Breakage, defaultBreakages, type Topic } from './shop-names.ts'

export type Received = {
  readonly topic: string
  readonly partition: number
  readonly message: KafkaMessage
  readonly value: Buffer | null
}

export type Failure = Received & { readonly error: Error; readonly group: string }

export type ServiceKit = Awaited<ReturnType<typeof makeServiceKit>>

/** What every service of the shop has: a client, a producer, codecs, the switchboard and a way to give up on a message. */
export const makeServiceKit = async (service: string) => {
  const brokers = (process.env.KAFKA_BROKERS ?? '127.0.0.1:9092').split(',')
  const registryUrl = process.env.SCHEMA_REGISTRY_URL ?? 'http://127.0.0.1:8081/apis/ccompat/v7'
  const kafka = new Kafka({
    clientId: service,
    brokers,
    logLevel: logLevel.NOTHING,
    retry: { retries: 100, maxRetryTime: 5_000 },
  })
  const control: Control = followControl({ rate: 5, broken: [...defaultBreakages] })
  const codecs: Codecs = await untilItWorks(service, () => makeCodecs(registryUrl))
  const producer: Producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await untilItWorks(service, () => producer.connect())
  const closing: (() => Promise<unknown>)[] = [() => producer.disconnect()]

  const send = (topic: Topic, key: string, value: Buffer | null, headers: IHeaders = {}) =>
    producer.send({ topic, messages: [{ key, value, headers }] })

  const follow = (consumer: Consumer): void => {
    closing.unshift(() => consumer.disconnect())
    // A consumer that crashed for good (its group was deleted, say) joins anew with its process.
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) process.exit(1)
    })
  }

  return {
    service,
    kafka,
    control,
    codecs,
    send,
    follow,
    deadLetters: makeDeadLetterWriter(service, brokers),
    isBroken: (what: Breakage) => control.isBroken(what),
    close: async () => {
      control.close()
      await Promise.allSettled(closing.map((close) => close()))
    },
  }
}

/** Tries again every second until it works: a service waits for its broker and its registry. */
export const untilItWorks = async <T>(service: string, work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      console.error(`${service} waits: ${error instanceof Error ? error.message : String(error)}`)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }
}

/** Errors of the client itself; it exports its classes in a way that ES modules can not import by name. */
const isKafkaFailure = (error: unknown): boolean => error instanceof Error && error.name.startsWith('KafkaJS')

/**
 * Consumes topics as a group. What the handler throws is recorded on the message's processing span and handed to
 * `giveUp`; afterwards the group goes on, as error handlers of frameworks do.
 */
export const consume = async (
  kit: ServiceKit,
  options: {
    readonly group: string
    readonly topics: readonly Topic[]
    readonly handle: (received: Received) => Promise<void>
    readonly giveUp?: (failure: Failure) => Promise<void>
  },
): Promise<Consumer> => {
  const { group, topics, handle, giveUp } = options
  const consumer = kit.kafka.consumer({
    groupId: group,
    sessionTimeout: 15_000,
    rebalanceTimeout: 20_000,
    maxWaitTimeInMs: 500,
  })
  await untilItWorks(kit.service, () => consumer.connect())
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  kit.follow(consumer)
  await consumer.run({
    autoCommitInterval: 1_000,
    eachMessage: async ({ topic, partition, message }) => {
      const received = { topic, partition, message, value: message.value }
      try {
        await handle(received)
      } catch (thrown) {
        // Kafka itself failed: the message is no bad one, it is tried again when the broker is back.
        if (isKafkaFailure(thrown)) throw thrown
        const error = thrown instanceof Error ? thrown : new Error(String(thrown))
        const span = trace.getActiveSpan()
        span?.recordException(error)
        span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
        await giveUp?.({ ...received, error, group })
      }
    },
  })
  return consumer
}

/** Runs work in a span of its own. */
export const inSpan = <T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> =>
  trace.getTracer('shop').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.message : String(error),
      })
      throw error
    } finally {
      span.end()
    }
  })

const headerText = (headers: IHeaders | undefined, name: string): string | undefined => {
  const value = headers?.[name]
  const last = Array.isArray(value) ? value.at(-1) : value
  return last?.toString()
}

/** Names the business objects on the span in progress. */
export const nameBusiness = (orderId: string, customerId?: string): void => {
  trace.getActiveSpan()?.setAttributes({
    'order.id': orderId,
    ...(customerId === undefined ? {} : { 'customer.id': customerId }),
  })
}

/** Headers that tie a message to what caused it: correlation id carried on, causation id of the cause, a fresh message id. */
export const causedBy = ({ message }: Received, type: string, source: string): IHeaders => {
  const id = randomUUID()
  return {
    'message-id': id,
    'correlation-id': headerText(message.headers, 'correlation-id') ?? id,
    'causation-id': headerText(message.headers, 'message-id') ?? '',
    'idempotency-key': `${source}:${message.key?.toString() ?? id}:${type}`,
  }
}

/** CloudEvents 1.0 in binary mode: attributes as headers. */
export const cloudEventHeaders = (type: string, source: string, subject: string, at: Date): IHeaders => ({
  ce_specversion: '1.0',
  ce_id: randomUUID(),
  ce_source: `/shop/${source}`,
  ce_type: type,
  ce_subject: subject,
  ce_time: at.toISOString(),
})

/** A number below `buckets` that is always the same for one order: failures are repeatable. */
export const bucketOf = (orderId: string, buckets: number): number => {
  let hash = 2166136261
  for (const character of orderId) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619)
  return (hash >>> 0) % buckets
}
