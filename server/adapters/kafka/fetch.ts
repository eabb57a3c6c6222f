import { createAPI, fetchV13, type Reader } from '@platformatic/kafka'

export type FetchedPartition = {
  readonly topicId: string
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: bigint
  readonly logStart: bigint
  /** Record batches as the broker sent them, the last perhaps cut off. */
  readonly bytes: Buffer | null
}

/** Reads a Fetch response (v13, KIP-516 topic ids) and leaves the record batches as bytes. */
const parseRaw = (_correlationId: number, _apiKey: number, _apiVersion: number, reader: Reader) => {
  reader.readInt32() // throttle time
  const errorCode = reader.readInt16()
  reader.readInt32() // session
  const partitions: FetchedPartition[] = []
  reader.readArray((topic) => {
    const topicId = topic.readUUID()
    topic.readArray(
      (one) => {
        const partition = one.readInt32()
        const partitionError = one.readInt16()
        const highWatermark = one.readInt64()
        one.readInt64() // last stable offset
        const logStart = one.readInt64()
        one.readNullableArray((aborted) => [aborted.readInt64(), aborted.readInt64()])
        one.readInt32() // preferred read replica
        const bytes = one.readNullableBytes()
        one.readTaggedFields()
        partitions.push({ topicId, partition, errorCode: partitionError, highWatermark, logStart, bytes })
      },
      true,
      false,
    )
  })
  reader.readTaggedFields()
  return { errorCode, partitions }
}

/** Fetch without decoding: bytes by partition. */
export const fetchRaw = createAPI<Parameters<typeof fetchV13.createRequest>, ReturnType<typeof parseRaw>>(
  1,
  13,
  fetchV13.createRequest,
  parseRaw,
)
