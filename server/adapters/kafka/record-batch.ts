import type { TopicName } from '#server/contracts/scalars.ts'
import type { HiddenText } from '#server/domain/match-message.ts'
import { readBody } from '#server/domain/record-body.ts'
import { MalformedRecordError, RecordCursor } from '#server/domain/varint.ts'
import type { MessageFilter, RawMessage, SealedMessage } from '#server/ports/raw-message.ts'
import { batchAttributes, batchLayout } from './batch-layout.ts'
import { decompress } from './decompress.ts'
import { findLiterals } from './find-literals.ts'

const { atLength, atMagic, atAttributes, atLastOffsetDelta, atBaseTimestamp, atMaxTimestamp } = batchLayout
const { atProducerId, atCount, headBytes } = batchLayout
/** Base offset and length stand before the bytes that the length counts. */
const beforeLength = 12

/** One whole batch of a fetch answer; its records are not touched yet. */
export type Batch = {
  readonly bytes: Buffer
  readonly baseOffset: bigint
  /** The offset after its last, by its own count: compaction may have taken records out of it. */
  readonly nextOffset: bigint
  readonly count: number
  readonly attributes: number
  readonly baseTimestampMs: bigint
  readonly maxTimestampMs: bigint
  readonly producerId: bigint
}

/** Whether a batch holds a transaction's marker, and no messages (attribute bit 5). */
export const isControl = ({ attributes }: Batch): boolean => (attributes & batchAttributes.control) !== 0
/** Whether a batch was written in a transaction, be it open, committed or aborted (attribute bit 4). */
export const isTransactional = ({ attributes }: Batch): boolean =>
  (attributes & batchAttributes.transactional) !== 0

/**
 * Walks the whole batches of a partition's fetched bytes by their heads alone; the last is often cut off. Throws for a
 * batch that is not of format v2.
 */
export function* walkBatches(bytes: Buffer): Generator<Batch> {
  for (let at = 0; at + headBytes <= bytes.length; ) {
    const end = at + beforeLength + bytes.readInt32BE(at + atLength)
    if (end > bytes.length) return
    const batch = bytes.subarray(at, end)
    const magic = batch.readInt8(atMagic)
    if (magic !== 2)
      throw new Error(`record format ${magic} is not supported; Kafka 0.11 and newer write format 2`)
    const baseOffset = batch.readBigInt64BE(0)
    yield {
      bytes: batch,
      baseOffset,
      nextOffset: baseOffset + BigInt(batch.readInt32BE(atLastOffsetDelta)) + 1n,
      count: batch.readInt32BE(atCount),
      attributes: batch.readInt16BE(atAttributes),
      baseTimestampMs: batch.readBigInt64BE(atBaseTimestamp),
      maxTimestampMs: batch.readBigInt64BE(atMaxTimestamp),
      producerId: batch.readBigInt64BE(atProducerId),
    }
    at = end
  }
}

/** How many bytes the first batch needs to be whole; null where too little of it came to tell, or nothing did. */
export const sizeOfFirstBatch = (bytes: Buffer): number | null =>
  bytes.length < beforeLength ? null : beforeLength + bytes.readInt32BE(atLength)

const recordsOf = ({ bytes, attributes }: Batch): Buffer =>
  decompress(bytes.subarray(headBytes), attributes & batchAttributes.compressionMask)

/** Whether a control batch ends its transaction by aborting it (control record key: version, then type 0). */
export const isAbortMarker = (batch: Batch): boolean => {
  const cursor = new RecordCursor(recordsOf(batch))
  cursor.varint()
  cursor.int8()
  cursor.varlong()
  cursor.varint()
  const key = cursor.bytes()
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 0
}

export type Wanted = {
  readonly topic: TopicName
  readonly partition: number
  /** Offsets from here (inclusive) to there (exclusive). */
  readonly from: bigint
  readonly to: bigint
  /** Timestamps likewise; null: no bound. */
  readonly sinceMs: bigint | null
  readonly untilMs: bigint | null
  readonly filter: MessageFilter | null
  /** How the transaction of the batch ended, where that is known. */
  readonly transaction: RawMessage['transaction'] | null
}

/** Whether the head of a batch proves that none of its records lies within the times. */
const isOutsideTimes = (
  { attributes, maxTimestampMs }: Batch,
  { sinceMs, untilMs }: Pick<Wanted, 'sinceMs' | 'untilMs'>,
): boolean =>
  (sinceMs !== null && maxTimestampMs < sinceMs) ||
  (untilMs !== null && maxTimestampMs >= untilMs && (attributes & batchAttributes.logAppendTime) !== 0)

/**
 * Reads the wanted records of a batch into `into` and answers how many lay in the range. Without a filter, key, value and
 * headers are views on the fetched or decompressed bytes. With one, its literals are looked for in the bytes before
 * any record is decoded (of one that may hide them, at most the lengths are read), and what it accepts is copied, so that
 * a few matches do not hold on to megabytes; what is still to be refined is copied by whoever keeps it (`detachMessage`).
 */
export const readRecords = (batch: Batch, wanted: Wanted, into: RawMessage[]): number => {
  const { from, to, filter } = wanted
  const isWhole = batch.baseOffset >= from && batch.nextOffset <= to
  if (isWhole && isOutsideTimes(batch, wanted)) return batch.count
  const records = recordsOf(batch)
  const hits = filter?.literals ? findLiterals(records, filter.literals) : null
  const unlessHidden = filter?.unlessHidden ?? null
  if (isWhole && unlessHidden === null && hits?.at(0) === null) return batch.count
  const cursor = new RecordCursor(records)
  const names: string[] = []
  let inRange = 0
  for (let index = batch.count; index > 0; index--) {
    const start = cursor.position
    const length = cursor.varint()
    const body = cursor.position
    const end = body + length
    if (end > records.length) throw new MalformedRecordError('the record ends too early')
    const isHit =
      hits === null ||
      (hits.at(start) ?? end) < end ||
      (unlessHidden !== null && mayHide(records, cursor, unlessHidden))
    cursor.position = body
    if (!isWhole || isHit) {
      cursor.int8()
      const timestampDelta = cursor.varlong()
      const offset = batch.baseOffset + BigInt(cursor.varint())
      if (offset >= from && offset < to) {
        inRange += 1
        if (isHit) take(batch, wanted, records, cursor, { offset, timestampDelta, end }, names, into)
      }
    }
    cursor.position = end
    if (isWhole && unlessHidden === null && hits?.at(end) === null) break
  }
  return isWhole ? batch.count : inRange
}

/**
 * Takes the records of a batch from `from` to `to` into `into` as they stand, their bodies views on the fetched or
 * decompressed bytes. Answers how many lay in the range.
 */
export const readSealed = (
  batch: Batch,
  wanted: WantedPlace & Pick<Wanted, 'from' | 'to'>,
  into: SealedMessage[],
): number => {
  const { from, to } = wanted
  const records = recordsOf(batch)
  const cursor = new RecordCursor(records)
  let inRange = 0
  for (let index = batch.count; index > 0; index--) {
    const length = cursor.varint()
    const end = cursor.position + length
    if (end > records.length) throw new MalformedRecordError('the record ends too early')
    cursor.int8()
    const timestampDelta = cursor.varlong()
    const offset = batch.baseOffset + BigInt(cursor.varint())
    if (offset >= from && offset < to) {
      inRange += 1
      const place = placeOf(batch, wanted, offset, timestampDelta)
      into.push({ ...place, body: records.subarray(cursor.position, end) })
    }
    cursor.position = end
  }
  return inRange
}

/** Whether a side of the record at the cursor may read as what does not stand in it: by its lengths, nothing is copied. */
const mayHide = (records: Buffer, cursor: RecordCursor, { side, test }: HiddenText): boolean => {
  cursor.int8()
  cursor.skipNumber()
  cursor.skipNumber()
  let length = cursor.varint()
  if (side === 'value') {
    cursor.position += Math.max(0, length)
    length = cursor.varint()
  }
  return length >= 0 && test(records, cursor.position, cursor.position + length)
}

type WantedPlace = Pick<Wanted, 'topic' | 'partition' | 'transaction'>

/** Where a record stands, its time, and what became of its transaction. */
const placeOf = (
  batch: Batch,
  { topic, partition, transaction }: WantedPlace,
  offset: bigint,
  timestampDelta: bigint,
): Omit<SealedMessage, 'body'> => {
  const isLogAppend = (batch.attributes & batchAttributes.logAppendTime) !== 0
  return {
    topic,
    partition,
    offset,
    timestampMs: isLogAppend ? batch.maxTimestampMs : batch.baseTimestampMs + timestampDelta,
    timestampType: isLogAppend ? 'log-append' : 'create',
    ...(isTransactional(batch) ? { transactional: true as const } : {}),
    ...(transaction && isTransactional(batch) ? { transaction } : {}),
  }
}

type Place = { readonly offset: bigint; readonly timestampDelta: bigint; readonly end: number }
const take = (
  batch: Batch,
  wanted: Wanted,
  records: Buffer,
  cursor: RecordCursor,
  { offset, timestampDelta, end }: Place,
  names: string[],
  into: RawMessage[],
): void => {
  const { sinceMs, untilMs, filter } = wanted
  const place = placeOf(batch, wanted, offset, timestampDelta)
  if ((sinceMs !== null && place.timestampMs < sinceMs) || (untilMs !== null && place.timestampMs >= untilMs))
    return
  const body = cursor.position
  const message: RawMessage = { ...place, ...readBody(cursor, names) }
  if (!filter) into.push(message)
  else if (filter.accept(message))
    into.push(
      filter.refine
        ? message
        : { ...message, ...readBody(new RecordCursor(Buffer.from(records.subarray(body, end))), names) },
    )
}
