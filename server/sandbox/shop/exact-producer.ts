import { murmur2, Producer } from '@platformatic/kafka'

export type Header = readonly [name: Buffer, value: Buffer | null]

export type ExactMessage = {
  readonly topic: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
  /** Taken when the topic has it; otherwise, as without one, the key decides as in Java. */
  readonly partition?: number
  readonly timestamp?: bigint
}

export type ExactProducer = {
  readonly send: (message: ExactMessage) => Promise<void>
  readonly close: () => Promise<void>
}

/** A header of text. */
export const textHeader = (name: string, value: string): Header => [Buffer.from(name), Buffer.from(value)]

/**
 * A producer that keeps every header as it is: order, equal names that stand apart, null values. kafkajs can not. Nobody
 * has instrumented it: what it sends carries a trace only where the sender writes it.
 */
export const makeExactProducer = (service: string, brokers: readonly string[]): ExactProducer => {
  let producer: Producer | null = null
  const open = (): Producer => {
    producer ??= new Producer({
      clientId: `${service}-exact`,
      bootstrapBrokers: [...brokers],
      retries: 20,
      // The Java client's: murmur2 without its sign, modulo.
      partitioner: (_, key) => (key === undefined ? 0 : murmur2(Buffer.from(key)) & 0x7fffffff),
    })
    return producer
  }
  const hasPartition = async (topic: string, partition: number): Promise<boolean> => {
    const { topics } = await open().metadata({ topics: [topic] })
    return partition < (topics.get(topic)?.partitionsCount ?? 0)
  }
  return {
    send: async ({ topic, key, value, headers, partition, timestamp }) => {
      const isThere = partition !== undefined && (await hasPartition(topic, partition))
      const message = {
        topic,
        // One Buffer object a header as key of the map: equal names stay apart and in order.
        headers: new Map(headers.map(([name, bytes]) => [Buffer.from(name), bytes] as [Buffer, Buffer])),
        ...(key === null ? {} : { key }),
        ...(value === null ? {} : { value }),
        ...(isThere ? { partition } : {}),
        ...(timestamp === undefined ? {} : { timestamp }),
      }
      await open().send({ messages: [message], acks: -1 })
    },
    close: async () => {
      await producer?.close()
    },
  }
}
