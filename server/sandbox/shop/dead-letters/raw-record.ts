import { Connection, fetchV17, metadataV12 } from '@platformatic/kafka'
import type { Header } from '../exact-producer.ts'

export type RawRecord = {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
  readonly timestamp: bigint
}

const oneMegabyte = 1024 * 1024

/**
 * Reads one record with its headers in their own order. kafkajs keeps duplicates of a name together and so loses the
 * order between names; a framework's dead letter keeps it.
 */
export const readRawRecord = async (
  brokers: readonly string[],
  topic: string,
  partition: number,
  offset: bigint,
): Promise<RawRecord> => {
  const [host = '', port = ''] = (brokers[0] ?? '').split(':')
  const connection = new Connection('shop-raw-record')
  connection.on('error', () => {})
  await connection.connect(host, Number(port))
  try {
    const metadata = await metadataV12.api.async(connection, [topic], false, false)
    const topicId = metadata.topics[0]?.topicId ?? ''
    const partitions = [
      {
        partition,
        currentLeaderEpoch: -1,
        fetchOffset: offset,
        lastFetchedEpoch: -1,
        partitionMaxBytes: oneMegabyte,
      },
    ]
    const answer = await fetchV17.api.async(
      connection,
      500,
      1,
      16 * oneMegabyte,
      0,
      0,
      -1,
      [{ topicId, partitions }],
      [],
      '',
    )
    for (const batch of answer.responses[0]?.partitions[0]?.records ?? [])
      for (const record of batch.records)
        if (batch.firstOffset + BigInt(record.offsetDelta) === offset)
          return {
            key: record.key,
            value: record.value,
            headers: record.headers.map(([name, value]) => [name ?? Buffer.alloc(0), value]),
            timestamp: batch.firstTimestamp + record.timestampDelta,
          }
    throw new Error(`${topic} ${partition}@${offset} is not there`)
  } finally {
    await connection.close()
  }
}
