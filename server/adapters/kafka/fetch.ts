import { createAPI, fetchV13, type Reader } from '@platformatic/kafka'
import type { Isolation } from '#server/ports/raw-message.ts'

export type AbortedTransaction = { readonly producerId: bigint; readonly firstOffset: bigint }
export type FetchedPartition = {
  readonly topicId: string
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: bigint
  /** Up to here every transaction is decided; the high watermark where none is open. */
  readonly lastStableOffset: bigint
  readonly logStart: bigint
  /** Transactions in these bytes that were aborted; only told to who reads committed. */
  readonly aborted: readonly AbortedTransaction[]
  /** Record batches as the broker sent them, the last perhaps cut off. */
  readonly bytes: Buffer
}
export type FetchAnswer = {
  /** Above 0 the broker holds this client back by quota, and the answer is empty for that alone (KIP-219). */
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly partitions: readonly FetchedPartition[]
}

const nothing = Buffer.alloc(0)

/** Reads a Fetch response (v13, KIP-516 topic ids) and leaves the record batches as bytes. */
const parseRaw = (
  _correlationId: number,
  _apiKey: number,
  _apiVersion: number,
  reader: Reader,
): FetchAnswer => {
  const throttleTimeMs = reader.readInt32()
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
        const lastStableOffset = one.readInt64()
        const logStart = one.readInt64()
        const aborted = one.readNullableArray((transaction) => ({
          producerId: transaction.readInt64(),
          firstOffset: transaction.readInt64(),
        }))
        one.readInt32() // preferred read replica
        const bytes = one.readNullableBytes() ?? nothing
        one.readTaggedFields()
        partitions.push({
          topicId,
          partition,
          errorCode: partitionError,
          highWatermark,
          lastStableOffset: lastStableOffset < 0n ? highWatermark : lastStableOffset,
          logStart,
          aborted: aborted ?? [],
          bytes,
        })
      },
      true,
      false,
    )
  })
  reader.readTaggedFields()
  return { throttleTimeMs, errorCode, partitions }
}

/** Values of the request's isolation level (protocol guide, "Fetch API"). */
export const isolationLevels: Readonly<Record<Isolation, number>> = { uncommitted: 0, committed: 1 }

/** Fetch without decoding: bytes by partition. */
export const fetchRaw = createAPI<Parameters<typeof fetchV13.createRequest>, FetchAnswer>(
  1,
  13,
  fetchV13.createRequest,
  parseRaw,
)
