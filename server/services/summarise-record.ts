import { createHash } from 'node:crypto'
import { originTimestampOf } from '#server/domain/copy-timestamp.ts'
import { traceContextOf } from '#server/domain/copy-trace.ts'
import { hashKey, type KeyHashes } from '#server/domain/partitioners.ts'
import type { SchemaReference } from '#server/domain/payload/payload-schema.ts'
import { schemasOf } from '#server/domain/payload/schemas-of-value.ts'
import { makeStripTest, readLineage } from '#server/domain/replay-copy.ts'
import { traceIdOfHeaders } from '#server/domain/trace-id-of-headers.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { Connection } from './deps.ts'
import { nameKey } from './find-superseded.ts'

/** What a plan knows of a letter's record, or of the record that died where its copy is made of that. */
export type PlannedRecord = {
  /** By `nameKey`; null where it has none. */
  readonly key: string | null
  /** What partitioners make of its key; null where it has none. */
  readonly hashes: KeyHashes | null
  readonly isTombstone: boolean
  /** SHA-256 of its value; null where it has none. */
  readonly valueHash: string | null
  /** How long the copy will be. */
  readonly sizeBytes: number
  readonly hasReplyTopic: boolean
  /** How many replays the message has been through. */
  readonly attempts: number
  /** Names of the headers that a copy does not carry. */
  readonly strippedHeaders: readonly string[]
  /** Whether it has headers that a copy carries. */
  readonly hasOwnHeaders: boolean
  /** The timestamp of the message that died, as its headers tell; milliseconds since the epoch. */
  readonly originTimestampMs: bigint | null
  readonly traceId: string | null
  /** Whether a copy can begin a trace of its own. */
  readonly hasTraceContext: boolean
  /** As the broker has it, milliseconds since the epoch. */
  readonly timestampMs: bigint
  /** The schema that its value names. */
  readonly schemas: readonly SchemaReference[]
}

/** What a copy's lineage headers and its batch take besides, in bytes. */
const addedBytes = 420

/** How long the copy will be, a little more rather than less. */
const sizeOf = ({ key, value, headers }: RawMessage, isStripped: (name: string) => boolean): number =>
  (key?.length ?? 0) +
  (value?.length ?? 0) +
  addedBytes +
  headers
    .filter(({ name }) => !isStripped(name))
    .reduce((sum, header) => sum + header.name.length * 3 + (header.value?.length ?? 0) + 6, 0)

/** What a plan needs of a record, without its bytes: ten thousand of them are held at once. */
export const summariseRecord = (message: RawMessage, { deadLetterRules }: Connection): PlannedRecord => {
  const { key, value, headers } = message
  const isStripped = makeStripTest(headers, deadLetterRules)
  return {
    key: key && nameKey(key),
    hashes: key && hashKey(key),
    isTombstone: value === null,
    valueHash: value && createHash('sha256').update(value).digest('base64'),
    sizeBytes: sizeOf(message, isStripped),
    hasReplyTopic: headers.some(({ name }) => name === 'kafka_replyTopic' || name === 'reply-to'),
    attempts: readLineage(headers)?.attempt ?? 0,
    strippedHeaders: headers.map(({ name }) => name).filter(isStripped),
    hasOwnHeaders: headers.some(({ name }) => !isStripped(name)),
    originTimestampMs: originTimestampOf(message, deadLetterRules),
    traceId: traceIdOfHeaders(headers),
    hasTraceContext: traceContextOf(headers) !== null,
    timestampMs: message.timestampMs,
    schemas: schemasOf(message),
  }
}
