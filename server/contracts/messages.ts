import { z } from 'zod'
import { decoderChoice } from './decoders.ts'
import { base64, connectionId, decimal64, epochMs, position, topicName, traceId } from './scalars.ts'
import { scannedRange } from './scanned-ranges.ts'

/** What the decoder that won made of one side (key or value) of a message. */
export const decodedKind = z.enum([
  'null',
  'avro',
  'protobuf',
  'json-schema',
  'json',
  'cloudevent',
  'msgpack',
  'cbor',
  'xml',
  'kafka-record',
  'text',
  'latin1',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'uuid',
  'base64',
  'bytes',
])
/** What a decoder that was not taken said, or why it was. */
export const decoderReport = z.object({
  decoder: z.string(),
  outcome: z.enum(['taken', 'fits', 'refused', 'not-asked']),
  /** Short and for people: "the first byte is 0x7b, not 0". */
  why: z.string(),
})
export type DecoderReport = z.infer<typeof decoderReport>
/** A value that is shown in words: where it stands (JSON Pointer, RFC 6901), the number that was written, its type. */
export const rawNote = z.object({ path: z.string(), raw: z.string(), type: z.string() })
/** The envelope of a CloudEvent: in `ce_` headers (binary) or around the data (structured). */
export const cloudEvent = z.object({
  mode: z.enum(['binary', 'structured']),
  attributes: z.array(z.object({ name: z.string(), value: z.string() })),
})
export const decodedSide = z.object({
  kind: decodedKind,
  /** JSON text with every digit kept (numbers above 2^53 stand as written), plain text, or hex; null for a null side. */
  text: z.string().nullable(),
  /** The text is JSON and may be shown as a tree. */
  isJson: z.boolean(),
  sizeBytes: z.number().int(),
  /** The text covers only the first part of the bytes. */
  truncated: z.boolean(),
  schema: z
    .object({
      /** Null where the payload names its schema by GUID alone. */
      id: z.number().int().nullable(),
      name: z.string().nullable(),
      version: z.number().int().nullable(),
      guid: z.string().optional(),
    })
    .nullable(),
  /** Why a decoder that should have won could not: truncated Avro, unknown schema id, registry unreachable. */
  problem: z.string().nullable(),
  /** Raw bytes, up to the budget of the request. Null for a null side or when not asked for. */
  raw: base64.nullable(),
  /** Set where an operator has chosen how this side of the topic is read; `fits` is false where it could not be. */
  choice: z.object({ decoder: decoderChoice, name: z.string(), fits: z.boolean() }).nullable().optional(),
  event: cloudEvent.optional(),
  /** Numbers behind the times in the text, the first few hundred. Of one message looked at only, as is `reports`. */
  notes: z.array(rawNote).optional(),
  /** What each decoder said, in the order in which they were asked. */
  reports: z.array(decoderReport).optional(),
})
export type DecodedSide = z.infer<typeof decodedSide>

export const headerView = z.object({
  name: z.string(),
  /** Readable form by the header's known encoding, otherwise UTF-8, otherwise hex; null for a null value. */
  text: z.string().nullable(),
  encoding: z.enum(['null', 'text', 'int32', 'int64', 'hex']),
  /** What a known header means, for people. */
  meaning: z.string().nullable(),
  raw: base64.nullable(),
})
export type HeaderView = z.infer<typeof headerView>

export const messageRow = z.object({
  topic: topicName,
  partition: z.number().int(),
  offset: decimal64,
  position,
  timestampMs: epochMs.nullable(),
  timestampType: z.enum(['create', 'log-append']),
  key: decodedSide,
  value: decodedSide,
  headerCount: z.number().int(),
  sizeBytes: z.number().int(),
  isTombstone: z.boolean(),
  traceId: traceId.nullable(),
  /** Read uncommitted: the state of the transaction that it was written in, where that is known. */
  transaction: z.enum(['committed', 'aborted', 'open']).optional(),
})
export type MessageRow = z.infer<typeof messageRow>

export const stopReason = z.enum(['enough', 'end', 'budget', 'cancelled', 'error'])
/** What was read to produce an answer, and why it stopped. */
export const scanReport = z.object({
  partitions: z.number().int(),
  messages: decimal64,
  bytes: decimal64,
  durationMs: z.number(),
  /** `enough` only when no unread part may hold a newer message; `error` names its partitions in `errors`. */
  stop: stopReason,
  /** The time back to which every partition was looked at; null when not even one chunk of each was. */
  backToMs: epochMs.nullable(),
  /** What one request may read before it stops. */
  budget: z.object({
    messages: z.number().int(),
    bytes: z.number().int(),
    durationMs: z.number(),
    /** To how many bytes an operator may raise it. */
    mostBytes: z.number().int().optional(),
  }),
  errors: z.array(z.object({ topic: topicName.optional(), partition: z.number().int(), detail: z.string() })),
  /**
   * Offsets of each partition that were looked at. Left out of the progress of a scan over many partitions, which tells
   * them at its end.
   */
  ranges: z.array(scannedRange).optional(),
  /** Topics that were searched. */
  topics: z.number().int().optional(),
  /** All within these times was looked at, as far as the partitions could be read; null: no such bound. */
  coveredMs: z.object({ from: epochMs.nullable(), to: epochMs.nullable() }).optional(),
  /** Offsets that were wanted and were deleted while they were searched. */
  lost: z
    .array(z.object({ topic: topicName, partition: z.number().int(), from: decimal64, to: decimal64 }))
    .optional(),
  /** Messages that fitted, also those beyond the limit. */
  matches: decimal64.optional(),
  /** Partitions whose last messages stand behind an open transaction and are not shown yet, and how many those are. */
  heldBack: z.array(z.object({ partition: z.number().int(), messages: decimal64 })).optional(),
  /** Messages that were read and could not be judged, and why, as sentences. */
  notes: z.array(z.string()).optional(),
})
export type ScanReport = z.infer<typeof scanReport>

/** Strict: who asks for a search here, where there is none, is not to take all messages for what it found. */
export const messageListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** Opaque; from `nextCursor` of an earlier answer. */
  cursor: z.string().max(8000).optional(),
})
export type MessageListQuery = z.infer<typeof messageListQuery>
export const messageList = z.object({
  messages: z.array(messageRow),
  nextCursor: z.string().nullable(),
  scan: scanReport,
  /** Set when the registry could not be asked: payloads are sniffed then. */
  registryProblem: z.string().nullable(),
})
export type MessageList = z.infer<typeof messageList>

export const messageParams = z.object({ connection: connectionId, topic: topicName, position })
export const messageDetail = messageRow.extend({
  headers: z.array(headerView),
  registryProblem: z.string().nullable(),
})
export type MessageDetail = z.infer<typeof messageDetail>
