import { compressionsAlgorithmsByBitmask, crc32c } from '@platformatic/kafka'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import type { RawMessage } from '#server/ports/broker.ts'
import { encodeVarint, encodeVarlong, RecordCursor } from './varint.ts'

// Record batch v2 (Kafka protocol guide, "Record Batch"): offsets of its fields from the batch's first byte.
const atLength = 8
const atMagic = 16
const atCrc = 17
const atAttributes = 21
const atLastOffsetDelta = 23
const atBaseTimestamp = 27
const atMaxTimestamp = 35
const atProducerId = 43
const atCount = 57
const headBytes = 61

const compressionMask = 0b111
const logAppendTime = 0b1000
const control = 0b100000

export type ReadBatches = {
  readonly messages: readonly RawMessage[]
  /** The offset after the last whole batch; null when there was none. */
  readonly nextOffset: bigint | null
}

/**
 * Reads the records of a partition's fetched bytes: whole batches only (the last is often cut off), without control
 * records, from `from` on. Key, value and headers are views on the fetched or decompressed bytes, in the record's order.
 * Throws for a batch that is not of format v2 or not well-formed.
 */
export const readBatches = (
  bytes: Buffer,
  topic: TopicName,
  partition: number,
  from: bigint,
): ReadBatches => {
  const messages: RawMessage[] = []
  let nextOffset: bigint | null = null
  for (let at = 0; at + headBytes <= bytes.length; ) {
    const end = at + 12 + bytes.readInt32BE(at + atLength)
    if (end > bytes.length) break
    const batch = bytes.subarray(at, end)
    const magic = batch.readInt8(atMagic)
    if (magic !== 2)
      throw new Error(`record format ${magic} is not supported; Kafka 0.11 and newer write format 2`)
    const baseOffset = batch.readBigInt64BE(0)
    nextOffset = baseOffset + BigInt(batch.readInt32BE(atLastOffsetDelta)) + 1n
    if (nextOffset > from && (batch.readInt16BE(atAttributes) & control) === 0)
      readRecords(batch, baseOffset, topic, partition, from, messages)
    at = end
  }
  return { messages, nextOffset }
}

const decompress = (batch: Buffer, attributes: number): Buffer => {
  const records = batch.subarray(headBytes)
  const algorithm = attributes & compressionMask
  if (algorithm === 0) return records
  const known = compressionsAlgorithmsByBitmask[algorithm]
  if (!known) throw new Error(`compression ${algorithm} is not known`)
  return known.decompressSync(records)
}

const readRecords = (
  batch: Buffer,
  baseOffset: bigint,
  topic: TopicName,
  partition: number,
  from: bigint,
  into: RawMessage[],
): void => {
  const attributes = batch.readInt16BE(atAttributes)
  const baseTimestamp = batch.readBigInt64BE(atBaseTimestamp)
  const isLogAppend = (attributes & logAppendTime) !== 0
  const cursor = new RecordCursor(decompress(batch, attributes))
  for (let index = batch.readInt32BE(atCount); index > 0; index--) {
    const length = cursor.varint()
    const end = cursor.position + length
    cursor.int8()
    const timestampDelta = cursor.varlong()
    const offset = baseOffset + BigInt(cursor.varint())
    if (offset >= from) {
      const key = cursor.bytes()
      const value = cursor.bytes()
      const headers: RawHeader[] = []
      for (let count = cursor.varint(); count > 0; count--)
        headers.push({ name: cursor.bytes()?.toString('utf8') ?? '', value: cursor.bytes() })
      into.push({
        topic,
        partition,
        offset,
        timestampMs: isLogAppend ? batch.readBigInt64BE(atMaxTimestamp) : baseTimestamp + timestampDelta,
        timestampType: isLogAppend ? 'log-append' : 'create',
        key,
        value,
        headers,
      })
    }
    cursor.position = end
  }
}

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
 * first sequence make the write idempotent (KIP-98).
 */
export const writeBatch = (
  records: readonly RecordToWrite[],
  producer: { readonly id: bigint; readonly epoch: number; readonly sequence: number },
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
