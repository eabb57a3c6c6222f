import { z } from 'zod'
import { base64, decimal64, position, topicName } from './scalars.ts'

const text = z.string().max(32 * 1024 * 1024)

/** Which schema encodes a side: by its id, or a version of a subject. */
export const schemaChoice = z.union([
  z.object({ id: z.number().int().positive() }),
  z.object({
    subject: z.string().min(1).max(1_000),
    version: z.union([z.number().int().positive(), z.literal('latest')]),
  }),
])
export type SchemaChoice = z.infer<typeof schemaChoice>

/** Key or value of a message to produce: as typed, or `original`: the very bytes of the message it is made from. */
export const draftSide = z.discriminatedUnion('as', [
  z.object({ as: z.literal('null') }),
  z.object({ as: z.literal('original') }),
  z.object({ as: z.enum(['text', 'json', 'base64', 'hex']), text }),
  z.object({
    as: z.literal('schema'),
    schema: schemaChoice,
    text,
    /** Full name of a Protobuf message; the first of the schema, or the original's, when left out. */
    message: z.string().nullable().default(null),
  }),
])
export type DraftSide = z.infer<typeof draftSide>

export const draftHeader = z.object({
  name: z.string().max(32_000),
  as: z.enum(['null', 'text', 'base64', 'hex']),
  text: z.string().max(1_000_000).default(''),
})
export type DraftHeader = z.infer<typeof draftHeader>

/** A message to produce. Headers are sent in this order, duplicates included. */
export const messageDraft = z.object({
  /** Null: by the key, as Java clients choose; any partition where there is no key. */
  partition: z.number().int().min(0).nullable(),
  key: draftSide,
  value: draftSide,
  headers: z.array(draftHeader).max(1_000),
  /** Milliseconds since the epoch; null: the time of sending. */
  timestampMs: decimal64.nullable(),
  /** The message it is made from, where a side is `original`. */
  original: z.object({ topic: topicName, position }).nullable().default(null),
})
export type MessageDraft = z.input<typeof messageDraft>

export const encodeProblem = z.object({ path: z.string(), message: z.string() })
export const sideCheck = z.object({
  problems: z.array(encodeProblem),
  /** Null for a null side and for one that can not be encoded. */
  sizeBytes: z.number().int().nullable(),
  /** The first bytes as they would be sent. */
  preview: base64.nullable(),
  schema: z
    .object({
      id: z.number().int(),
      type: z.enum(['AVRO', 'PROTOBUF', 'JSON']),
      subject: z.string().nullable(),
      version: z.number().int().nullable(),
      /** Names of the Protobuf messages it has, in the order of the file. */
      messages: z.array(z.string()),
    })
    .nullable(),
})
export type SideCheck = z.infer<typeof sideCheck>

/** What sending a draft would do. It may be sent when there is no refusal and no problem. */
export const messageCheck = z.object({
  key: sideCheck,
  value: sideCheck,
  headers: z.array(z.object({ index: z.number().int(), message: z.string() })),
  /** Of the message as a whole. */
  problems: z.array(z.string()),
  /** Why this connection or user may not write here, whatever is typed. */
  refusal: z.string().nullable(),
  partition: z.object({ number: z.number().int().nullable(), why: z.string() }),
  sizeBytes: z.number().int().nullable(),
  mostBytes: z.number().int().nullable(),
  /** What will happen beyond the plain: tombstone, compaction, a timestamp that the broker replaces. */
  notes: z.array(z.string()),
  /** Consumer groups that read the topic; null when that is not known. */
  readers: z.array(z.string()).nullable(),
  maySend: z.boolean(),
})
export type MessageCheck = z.infer<typeof messageCheck>

export const produceRequest = messageDraft.extend({
  /** Made once for what is to be sent once: a second request with it answers what the first has done. */
  idempotencyKey: z.uuid(),
  /** The topic's name typed again, which a production connection asks for. */
  confirm: z.string().max(500).default(''),
})
export const producedMessage = z.object({
  topic: topicName,
  partition: z.number().int(),
  /** Null where the broker has the message but did not tell where. */
  position: position.nullable(),
  /** It had been sent already by an earlier request with the same key. */
  repeated: z.boolean(),
})
export type ProducedMessage = z.infer<typeof producedMessage>
