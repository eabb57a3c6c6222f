import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { IHeaders, KafkaMessage, Producer } from 'kafkajs'
import type { Codecs } from './codecs.ts'
import type { Control } from './control.ts'
import { makeDeadLetterWriter } from './dead-letters/write-dead-letter.ts'
import { type Header, makeExactProducer, textHeader } from './exact-producer.ts'
import { type IdempotencyMemory, makeIdempotencyMemory } from './idempotency-memory.ts'
import type { Breakage, Topic } from './shop-names.ts'

export type Received = {
  readonly topic: string
  readonly partition: number
  readonly message: KafkaMessage
  readonly value: Buffer | null
}

export type Failure = Received & { readonly error: Error; readonly group: string }

export type ServiceKit = Awaited<ReturnType<typeof makeServiceKit>>

/** Where the shop's Kafka is. */
export const brokersOf = (): string[] => (process.env.KAFKA_BROKERS ?? '127.0.0.1:9092').split(',')

/** kafkajs, loaded when it is first needed: OpenTelemetry's instrumentation must stand before it. */
export const loadKafkaJs = (): typeof import('kafkajs') => createRequire(import.meta.url)('kafkajs')

/** What every service of the shop has: a client, producers, codecs, the switchboard and a way to give up on a message. */
export const makeServiceKit = async ({
  service,
  codecs,
  control,
}: {
  readonly service: string
  readonly codecs: Codecs
  readonly control: Control
}) => {
  const brokers = brokersOf()
  const { Kafka, logLevel, Partitioners } = loadKafkaJs()
  const kafka = new Kafka({
    clientId: service,
    brokers,
    logLevel: logLevel.NOTHING,
    retry: { retries: 100, maxRetryTime: 5_000 },
  })
  const producer: Producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await untilItWorks(service, () => producer.connect())
  const exact = makeExactProducer(service, brokers)
  const closing: (() => Promise<unknown>)[] = [() => producer.disconnect(), () => exact.close()]
  let isClosing = false
  const memories = new Map<string, IdempotencyMemory>()

  return {
    service,
    kafka,
    brokers,
    control,
    codecs,
    deadLetters: makeDeadLetterWriter(exact, brokers),
    isBroken: (what: Breakage) => control.isBroken(what),
    isClosing: () => isClosing,
    onClose: (close: () => Promise<unknown>) => void closing.unshift(close),
    /** What was done already, by effect: two consumers with the same effect share a memory. */
    memoryOf: (effect: string): IdempotencyMemory => {
      const memory = memories.get(effect) ?? makeIdempotencyMemory()
      memories.set(effect, memory)
      return memory
    },
    send: (topic: Topic, key: string, value: Buffer | null, headers: IHeaders = {}) =>
      producer.send({ topic, messages: [{ key, value, headers }] }),
    /** Every header as it is, null values and equal names apart; span and trace context written by hand. */
    sendExactly: (topic: Topic, key: string, value: Buffer, headers: readonly Header[]) =>
      inSpan(
        `send ${topic}`,
        {
          'messaging.system': 'kafka',
          'messaging.destination.name': topic,
          'messaging.operation.type': 'send',
          'messaging.kafka.message.key': key,
        },
        () => {
          const carrier: Record<string, string> = {}
          propagation.inject(context.active(), carrier)
          const traced = Object.entries(carrier).map(([name, text]) => textHeader(name, text))
          return exact.send({ topic, key: Buffer.from(key), value, headers: [...headers, ...traced] })
        },
        SpanKind.PRODUCER,
      ),
    /** By the client that nobody has instrumented: no trace goes along. */
    sendUntraced: (topic: Topic, key: string, value: Buffer, headers: readonly Header[]) =>
      exact.send({ topic, key: Buffer.from(key), value, headers }),
    close: async () => {
      isClosing = true
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

const poisonEveryMs = 10_000

/** Cuts a value short, once in 10 s while `poison-payload` is on. */
export const makePoison = (kit: Pick<ServiceKit, 'isBroken'>) => {
  let lastAt = 0
  return (value: Buffer): Buffer => {
    if (!kit.isBroken('poison-payload') || Date.now() - lastAt < poisonEveryMs) return value
    lastAt = Date.now()
    return value.subarray(0, Math.floor(value.length * 0.6))
  }
}

/** Runs work in a span of its own. */
export const inSpan = <T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<T> =>
  trace.getTracer('shop').startActiveSpan(name, { attributes, kind }, async (span) => {
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

/** The last value of a header as text. */
export const headerText = (headers: IHeaders | undefined, name: string): string | undefined => {
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
