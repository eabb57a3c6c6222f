import { Producer } from '@platformatic/kafka'
import type { Topic } from '../shop-names.ts'
import { type Header, type RawRecord, readRawRecord } from './raw-record.ts'

/** Copies a failed record to another topic with a framework's headers, by a client that keeps order and duplicates. */
export const makeDeadLetterWriter = (service: string, brokers: readonly string[]) => {
  let producer: Producer | null = null
  const open = (): Producer => {
    producer ??= new Producer({
      clientId: `${service}-dead-letters`,
      bootstrapBrokers: [...brokers],
      retries: 20,
    })
    return producer
  }
  return {
    write: async (
      to: Topic,
      from: { readonly topic: string; readonly partition: number; readonly offset: bigint },
      headersOf: (record: RawRecord) => readonly Header[],
      options: { readonly keepTimestamp: boolean },
    ): Promise<void> => {
      const record = await readRawRecord(brokers, from.topic, from.partition, from.offset)
      // One Buffer object a header as key of the map: equal names stay apart and in order.
      const headers = new Map(
        headersOf(record).map(([name, value]) => [Buffer.from(name), value] as [Buffer, Buffer]),
      )
      const message = {
        topic: to,
        headers,
        ...(options.keepTimestamp ? { timestamp: record.timestamp } : {}),
      }
      const body = {
        ...(record.key === null ? {} : { key: record.key }),
        ...(record.value === null ? {} : { value: record.value }),
      }
      await open().send({ messages: [{ ...message, ...body }], acks: -1 })
    },
    close: async () => {
      await producer?.close()
    },
  }
}
