import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { Consumer, ConsumerConfig, ConsumerRunConfig } from 'kafkajs'
import { type Failure, headerText, type Received, type ServiceKit, untilItWorks } from './service-kit.ts'
import type { Topic } from './shop-names.ts'

export type Membership = { readonly leave: () => Promise<void> }

/** Errors of the clients themselves; kafkajs exports its classes in a way that ES modules can not import by name. */
const isKafkaFailure = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name.startsWith('KafkaJS') || ('code' in error && String(error.code).startsWith('PLT_KFK')))

/** Joins a group and stays: a consumer that crashed for good (its group was deleted, say) is followed by another. */
export const joinGroup = async (
  kit: ServiceKit,
  config: ConsumerConfig,
  topics: readonly Topic[],
  run: ConsumerRunConfig,
): Promise<Membership> => {
  let current: Consumer | null = null
  let hasLeft = false
  const join = async (): Promise<void> => {
    const consumer = kit.kafka.consumer(config)
    current = consumer
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (payload.restart || hasLeft) return
      console.error(`${kit.service}: its consumer in ${config.groupId} crashed: ${payload.error.message}`)
      void consumer
        .disconnect()
        .catch(() => {})
        .then(() => (hasLeft ? undefined : untilItWorks(kit.service, join)))
    })
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({ ...run })
  }
  const leave = async (): Promise<void> => {
    hasLeft = true
    await current?.disconnect()
  }
  kit.onClose(leave)
  await untilItWorks(kit.service, join)
  return { leave }
}

/**
 * Consumes topics as a group. A message whose idempotency key was handled before is passed over, whoever sent it again;
 * consumers of the same `effect` (the group's name by default) share what they remember. What the handler throws is
 * recorded on the message's processing span and handed to `giveUp`; afterwards the group goes on, as error handlers of
 * frameworks do.
 */
export const consume = (
  kit: ServiceKit,
  options: {
    readonly group: string
    readonly topics: readonly Topic[]
    readonly effect?: string
    readonly handle: (received: Received) => Promise<void>
    readonly giveUp?: (failure: Failure) => Promise<void>
  },
): Promise<Membership> => {
  const { group, topics, handle, giveUp } = options
  const done = kit.memoryOf(options.effect ?? group)
  const config = { groupId: group, sessionTimeout: 15_000, rebalanceTimeout: 20_000, maxWaitTimeInMs: 500 }
  return joinGroup(kit, config, topics, {
    autoCommitInterval: 1_000,
    eachMessage: async ({ topic, partition, message }) => {
      const received = { topic, partition, message, value: message.value }
      const key = headerText(message.headers, 'idempotency-key')
      if (key !== undefined && done.has(key)) {
        trace.getActiveSpan()?.addEvent('already handled', { 'idempotency.key': key })
        return
      }
      try {
        await handle(received)
        if (key !== undefined) done.add(key)
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
}
