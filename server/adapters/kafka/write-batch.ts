import { crc32c } from '@platformatic/kafka'
import { varintLength, varlongLength, writeVarint, writeVarlong } from '#server/domain/varint.ts'
import { batchAttributes, batchLayout } from './batch-layout.ts'

const { atLength, atMagic, atCrc, atAttributes, atLastOffsetDelta, atBaseTimestamp, atMaxTimestamp } =
  batchLayout
const { atProducerId, atCount, headBytes } = batchLayout

/** A record's body (`sealBody`), and its time in milliseconds since the epoch. */
export type RecordToWrite = { readonly body: Uint8Array; readonly timestampMs: bigint }

/** What a record has before its body at most: its length, its attributes, its time and its place in the batch. */
export const mostHeadBytes = 5 + 1 + 10 + 5

/** How long a record is without the length before it. */
const lengthOf = ({ body, timestampMs }: RecordToWrite, index: number, baseTimestamp: bigint): number =>
  1 + varlongLength(timestampMs - baseTimestamp) + varintLength(index) + body.length

/**
 * Writes one uncompressed batch v2. Bodies are taken as they are. The producer's id, epoch and
 * first sequence make the write idempotent (KIP-98); a transactional one belongs to the producer's open transaction.
 */
export const writeBatch = (
  records: readonly RecordToWrite[],
  producer: { readonly id: bigint; readonly epoch: number; readonly sequence: number },
  isTransactional = false,
): Buffer => {
  const baseTimestamp = records[0]?.timestampMs ?? 0n
  const maxTimestamp = records.reduce(
    (max, { timestampMs }) => (timestampMs > max ? timestampMs : max),
    baseTimestamp,
  )
  const lengths = records.map((record, index) => lengthOf(record, index, baseTimestamp))
  const size = lengths.reduce((sum, length) => sum + varintLength(length) + length, headBytes)
  const batch = Buffer.allocUnsafeSlow(size)
  const head = batch.subarray(0, headBytes).fill(0)
  head.writeInt32BE(size - 12, atLength)
  head.writeInt32BE(-1, 12)
  head.writeInt8(2, atMagic)
  head.writeInt16BE(isTransactional ? batchAttributes.transactional : 0, atAttributes)
  head.writeInt32BE(records.length - 1, atLastOffsetDelta)
  head.writeBigInt64BE(baseTimestamp, atBaseTimestamp)
  head.writeBigInt64BE(maxTimestamp, atMaxTimestamp)
  head.writeBigInt64BE(producer.id, atProducerId)
  head.writeInt16BE(producer.epoch, 51)
  head.writeInt32BE(producer.sequence, 53)
  head.writeInt32BE(records.length, atCount)
  let at: number = headBytes
  for (const [index, { body, timestampMs }] of records.entries()) {
    at = writeVarint(batch, at, lengths[index] ?? 0)
    batch[at++] = 0
    at = writeVarlong(batch, at, timestampMs - baseTimestamp)
    at = writeVarint(batch, at, index)
    batch.set(body, at)
    at += body.length
  }
  batch.writeUInt32BE(crc32c(batch.subarray(atAttributes)) >>> 0, atCrc)
  return batch
}
