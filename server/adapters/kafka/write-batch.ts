import { crc32c } from '@platformatic/kafka'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { batchAttributes, batchLayout } from './batch-layout.ts'
import { encodeVarint, encodeVarlong } from './varint.ts'

const { atLength, atMagic, atCrc, atAttributes, atLastOffsetDelta, atBaseTimestamp, atMaxTimestamp } =
  batchLayout
const { atProducerId, atCount, headBytes } = batchLayout

export type RecordToWrite = Pick<RawMessage, 'key' | 'value' | 'headers' | 'timestampMs'>

const lengthPrefixed = (bytes: Uint8Array | null): Buffer[] =>
  bytes === null
    ? [encodeVarint(-1)]
    : [encodeVarint(bytes.length), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)]

const encodeRecord = (record: RecordToWrite, index: number, baseTimestamp: bigint): Buffer => {
  const body = Buffer.concat([
    Buffer.from([0]),
    encodeVarlong(record.timestampMs - baseTimestamp),
    encodeVarint(index),
    ...lengthPrefixed(record.key),
    ...lengthPrefixed(record.value),
    encodeVarint(record.headers.length),
    ...record.headers.flatMap(({ name, value }) => [
      ...lengthPrefixed(Buffer.from(name, 'utf8')),
      ...lengthPrefixed(value),
    ]),
  ])
  return Buffer.concat([encodeVarint(body.length), body])
}

/**
 * Writes one uncompressed batch v2. Headers keep their order, duplicates and null values. The producer's id, epoch and
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
  const body = Buffer.concat(records.map((record, index) => encodeRecord(record, index, baseTimestamp)))
  const head = Buffer.alloc(headBytes)
  head.writeInt32BE(headBytes - 12 + body.length, atLength)
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
  const batch = Buffer.concat([head, body])
  batch.writeUInt32BE(crc32c(batch.subarray(atAttributes)) >>> 0, atCrc)
  return batch
}
