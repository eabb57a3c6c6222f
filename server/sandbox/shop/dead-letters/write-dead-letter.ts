import type { ExactProducer, Header } from '../exact-producer.ts'
import type { Topic } from '../shop-names.ts'
import { type RawRecord, readRawRecord } from './raw-record.ts'

export type DeadLetterOptions = {
  /** Connect keeps the record's time; Spring and SmallRye write that of the dead letter. */
  readonly keepTimestamp: boolean
  /** Spring keeps the partition's number where the target has it; Connect and SmallRye leave it to the key. */
  readonly keepPartition: boolean
}

/** Copies a failed record, byte by byte, to another topic with a framework's headers. */
export const makeDeadLetterWriter = (producer: ExactProducer, brokers: readonly string[]) => ({
  write: async (
    to: Topic,
    from: { readonly topic: string; readonly partition: number; readonly offset: bigint },
    headersOf: (record: RawRecord) => readonly Header[],
    { keepTimestamp, keepPartition }: DeadLetterOptions,
  ): Promise<void> => {
    const record = await readRawRecord(brokers, from.topic, from.partition, from.offset)
    const { key, value, timestamp } = record
    await producer.send({
      topic: to,
      key,
      value,
      headers: headersOf(record),
      ...(keepPartition ? { partition: from.partition } : {}),
      ...(keepTimestamp ? { timestamp } : {}),
    })
  },
})
