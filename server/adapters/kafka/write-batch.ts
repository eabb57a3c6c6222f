import { crc32c } from '@platformatic/kafka'
import { copyInto } from '#server/domain/copy-into.ts'
import { remember } from '#server/domain/remember.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { batchAttributes, batchLayout } from './batch-layout.ts'
import { varintLength, varlongLength, writeVarint, writeVarlong } from './varint.ts'

const { atLength, atMagic, atCrc, atAttributes, atLastOffsetDelta, atBaseTimestamp, atMaxTimestamp } =
  batchLayout
const { atProducerId, atCount, headBytes } = batchLayout

export type RecordToWrite = Pick<RawMessage, 'key' | 'value' | 'headers' | 'timestampMs'>

const prefixedLength = (bytes: number): number => varintLength(bytes) + bytes
/** A name as it is written, with its length. */
const writtenName = remember((name) => {
  const length = Buffer.byteLength(name, 'utf8')
  const made = Buffer.allocUnsafeSlow(prefixedLength(length))
  made.write(name, writeVarint(made, 0, length), 'utf8')
  return made
})

const sizeOf = (bytes: Uint8Array | null): number => (bytes === null ? 1 : prefixedLength(bytes.length))

/** How long a record is without the length before it. */
const bodyLength = (
  { key, value, headers, timestampMs }: RecordToWrite,
  index: number,
  baseTimestamp: bigint,
): number => {
  let length = 1 + varlongLength(timestampMs - baseTimestamp) + varintLength(index)
  length += sizeOf(key) + sizeOf(value) + varintLength(headers.length)
  for (const header of headers) length += writtenName(header.name).length + sizeOf(header.value)
  return length
}

const writePrefixed = (into: Buffer, at: number, bytes: Uint8Array | null): number => {
  if (bytes === null) return writeVarint(into, at, -1)
  return copyInto(into, writeVarint(into, at, bytes.length), bytes)
}

/** Writes a record of that body length; answers where it ends. */
const writeRecord = (
  into: Buffer,
  start: number,
  { key, value, headers, timestampMs }: RecordToWrite,
  length: number,
  index: number,
  baseTimestamp: bigint,
): number => {
  let at = writeVarint(into, start, length)
  into[at++] = 0
  at = writeVarlong(into, at, timestampMs - baseTimestamp)
  at = writeVarint(into, at, index)
  at = writePrefixed(into, at, key)
  at = writePrefixed(into, at, value)
  at = writeVarint(into, at, headers.length)
  for (const header of headers) {
    at = copyInto(into, at, writtenName(header.name))
    at = writePrefixed(into, at, header.value)
  }
  return at
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
  const lengths = records.map((record, index) => bodyLength(record, index, baseTimestamp))
  const size = lengths.reduce((sum, length) => sum + prefixedLength(length), headBytes)
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
  for (const [index, record] of records.entries())
    at = writeRecord(batch, at, record, lengths[index] ?? 0, index, baseTimestamp)
  batch.writeUInt32BE(crc32c(batch.subarray(atAttributes)) >>> 0, atCrc)
  return batch
}
