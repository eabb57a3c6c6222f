import { inflateSync } from 'node:zlib'
import type { Side } from '#server/contracts/decoders.ts'
import type { RawHeader } from '../dead-letter.ts'
import type { SchemaReference } from './payload-schema.ts'
import { readIndexes } from './read-indexes.ts'

/** The conventions by which a payload names its schema, in the order in which they are believed. */
export const frameKinds = {
  'schema-header': 'Schema id in headers',
  'schema-id': 'Schema id (magic byte 0)',
  'schema-guid': 'Schema GUID (magic byte 1)',
  'apicurio-id': 'Apicurio id (8 bytes)',
  glue: 'AWS Glue schema id',
} as const
export type FrameKind = keyof typeof frameKinds

export type Frame = {
  readonly kind: FrameKind
  readonly reference: SchemaReference
  /** The payload without what names the schema. */
  readonly body: Buffer
  /** Where Protobuf's message indexes are: before the message, or told apart from it (empty: the first message). */
  readonly indexes: 'in-body' | readonly number[]
  /** Why the body is not what was written: it could not be decompressed. */
  readonly problem?: string
}
export type FoundFrame = Frame | { readonly kind: FrameKind; readonly why: string }

const uuidText = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const hexByte = (byte: number | undefined): string => `0x${(byte ?? 0).toString(16).padStart(2, '0')}`

/** Decompressed payloads are read up to this size. */
const largestInflated = 32 * 1024 * 1024

const confluentHeader = (side: Side): string => `__${side}_schema_id`
const apicurioHeaders = (side: Side): string => `apicurio.${side}.`

/** One of these stands in the name of each header by which a payload of this side names its schema. */
export const schemaHeaderWords = (side: Side): readonly string[] => [
  confluentHeader(side),
  apicurioHeaders(side),
]

/**
 * Header of Confluent's header serializers (`__key_schema_id`, `__value_schema_id`: magic 1 and a GUID, or magic 0 and an
 * id, then message indexes for Protobuf; class SchemaId of schema-serializer) or Apicurio's (`apicurio.value.globalId`,
 * `apicurio.value.contentId`: a 64-bit id). The payload has no prefix then.
 */
const fromHeaders = (bytes: Buffer, headers: readonly RawHeader[], side: Side): FoundFrame => {
  const kind = 'schema-header'
  const headerOf = (name: string) => headers.findLast((one) => one.name === name)?.value ?? null
  const header = headerOf(confluentHeader(side))
  if (header !== null) {
    const value = Buffer.from(header)
    const indexes = (from: number) =>
      value.length > from ? (readIndexes(value.subarray(from))?.path ?? []) : []
    if (value[0] === 1 && value.length >= 17)
      return {
        kind,
        reference: { by: 'guid', guid: uuidText(value.subarray(1, 17)) },
        body: bytes,
        indexes: indexes(17),
      }
    if (value[0] === 0 && value.length >= 5)
      return { kind, reference: { by: 'id', id: value.readInt32BE(1) }, body: bytes, indexes: indexes(5) }
    return { kind, why: `the header ${confluentHeader(side)} is not well-formed` }
  }
  for (const name of ['globalId', 'contentId']) {
    const value = headerOf(`${apicurioHeaders(side)}${name}`)
    if (value?.length !== 8) continue
    const id = Number(Buffer.from(value).readBigInt64BE())
    if (id > 0 && id <= 0x7fffffff)
      return { kind, reference: { by: 'id', id }, body: bytes, indexes: 'in-body' }
  }
  return { kind, why: `there is no header ${confluentHeader(side)}` }
}

const fromMagicZero = (bytes: Buffer): FoundFrame => {
  const kind = 'schema-id'
  if (bytes[0] !== 0) return { kind, why: `the first byte is ${hexByte(bytes[0])}, not 0` }
  if (bytes.length < 5) return { kind, why: 'there are fewer than 5 bytes' }
  const id = bytes.readInt32BE(1)
  if (id <= 0) return { kind, why: `the four bytes after the zero are ${id}, which is no id` }
  return { kind, reference: { by: 'id', id }, body: bytes.subarray(5), indexes: 'in-body' }
}

const fromMagicOne = (bytes: Buffer): FoundFrame => {
  const kind = 'schema-guid'
  if (bytes[0] !== 1) return { kind, why: `the first byte is ${hexByte(bytes[0])}, not 1` }
  if (bytes.length < 17) return { kind, why: 'there are fewer than 17 bytes' }
  const guid = uuidText(bytes.subarray(1, 17))
  if (!isUuid(guid)) return { kind, why: 'the 16 bytes after the first are no UUID' }
  return { kind, reference: { by: 'guid', guid }, body: bytes.subarray(17), indexes: 'in-body' }
}

/** Apicurio's default id handler of older versions: 0, then the global id in 64 bits. */
const fromApicurio = (bytes: Buffer): FoundFrame => {
  const kind = 'apicurio-id'
  if (bytes[0] !== 0) return { kind, why: `the first byte is ${hexByte(bytes[0])}, not 0` }
  if (bytes.length < 9) return { kind, why: 'there are fewer than 9 bytes' }
  const id = bytes.readBigInt64BE(1)
  if (id <= 0n || id > 0x7fffffffn) return { kind, why: `the eight bytes after the zero are no id` }
  return { kind, reference: { by: 'id', id: Number(id) }, body: bytes.subarray(9), indexes: 'in-body' }
}

/** AWS Glue Schema Registry (AWSSchemaRegistryConstants): version byte 3, compression 0 or 5 (zlib), the UUID of a schema version. */
const fromGlue = (bytes: Buffer): FoundFrame => {
  const kind = 'glue'
  if (bytes[0] !== 3) return { kind, why: `the first byte is ${hexByte(bytes[0])}, not 3` }
  if (bytes.length < 18) return { kind, why: 'there are fewer than 18 bytes' }
  if (bytes[1] !== 0 && bytes[1] !== 5)
    return { kind, why: `the second byte is ${hexByte(bytes[1])}, neither 0 nor 5 (zlib)` }
  const guid = uuidText(bytes.subarray(2, 18))
  if (!isUuid(guid)) return { kind, why: 'the 16 bytes after the second are no UUID' }
  const frame = { kind, reference: { by: 'glue', guid }, indexes: 'in-body' } as const
  const body = bytes.subarray(18)
  if (bytes[1] === 0) return { ...frame, body }
  try {
    return { ...frame, body: inflateSync(body, { maxOutputLength: largestInflated }) }
  } catch {
    return {
      ...frame,
      body,
      problem: 'its payload is said to be compressed by zlib and can not be decompressed',
    }
  }
}

/** Version 1 to 8 and the variant of RFC 9562: random bytes are one in 32 times. */
const isUuid = (text: string): boolean => /^.{14}[1-8].{4}[89ab]/.test(text)

/** Looks for what names a schema, by each convention in turn. */
export const findFrames = (
  bytes: Uint8Array,
  headers: readonly RawHeader[],
  side: Side,
): readonly FoundFrame[] => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return [
    fromHeaders(buffer, headers, side),
    fromMagicZero(buffer),
    fromMagicOne(buffer),
    fromApicurio(buffer),
    fromGlue(buffer),
  ]
}

/** Whether what was found is a frame with its body, not only what is wrong with one. */
export const isFrame = (found: FoundFrame): found is Frame => 'body' in found
