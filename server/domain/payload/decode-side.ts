import { decode as decodeMessagePack } from '@msgpack/msgpack'
import type { DecodedSide } from '#server/contracts/messages.ts'
import type { RawHeader } from '../dead-letter.ts'
import type { SchemaCompiler } from './compile-schema.ts'
import { formatJson } from './format-json.ts'
import { isWholeMessagePack } from './is-whole-messagepack.ts'
import { writeJson } from './json-text.ts'
import type { SchemaLookup } from './payload-schema.ts'

export type DecodeOptions = {
  readonly side: 'key' | 'value'
  readonly headers: readonly RawHeader[]
  readonly schema: SchemaLookup
  readonly compile: SchemaCompiler
  readonly maxTextChars: number
  /** How many raw bytes travel along; 0 for none. */
  readonly maxRawBytes: number
}

type Found = {
  readonly kind: DecodedSide['kind']
  readonly text: string
  readonly isJson: boolean
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what tells text from bytes
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/
const largestSniffed = 2 * 1024 * 1024
const hexBytes = 16 * 1024

/**
 * Decodes one side of a message and says which decoder won. Order: the schema that the payload names, JSON (as
 * written, every digit kept), MessagePack, text, integers and UUIDs for keys, hexadecimal. A decoder that should have
 * won and could not is named in `problem`. Never throws.
 */
export const decodeSide = (bytes: Uint8Array | null, options: DecodeOptions): DecodedSide => {
  const schema = options.schema.state === 'found' ? options.schema.schema : null
  const base = {
    sizeBytes: bytes?.length ?? 0,
    schema: schema === null ? null : { id: schema.id, name: schema.subject, version: schema.version },
    raw:
      bytes === null || options.maxRawBytes === 0
        ? null
        : Buffer.from(bytes.subarray(0, options.maxRawBytes)).toString('base64'),
  }
  if (bytes === null)
    return { ...base, kind: 'null', text: null, isJson: false, truncated: false, problem: null }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const bySchema = decodeBySchema(buffer, options)
  const found = bySchema && 'kind' in bySchema ? bySchema : sniff(buffer, options)
  const truncated =
    found.text.length > options.maxTextChars || (found.kind === 'bytes' && buffer.length > hexBytes)
  return {
    ...base,
    kind: found.kind,
    text: found.text.slice(0, options.maxTextChars),
    isJson: found.isJson && !truncated,
    truncated,
    problem: bySchema && !('kind' in bySchema) && !isNoSchema(options, found) ? bySchema.problem : null,
  }
}

/** A key of fixed width that begins with a zero names no schema, unless the registry has one of that id. */
const isNoSchema = ({ schema }: DecodeOptions, { kind }: Found): boolean =>
  schema.state === 'missing' && (kind === 'int64' || kind === 'uuid')

const schemaNames = { AVRO: 'Avro', PROTOBUF: 'Protobuf', JSON: 'JSON Schema' } as const

const decodeBySchema = (
  buffer: Buffer,
  { schema, compile }: DecodeOptions,
): Found | { readonly problem: string } | null => {
  if (schema.state === 'none') return null
  if (schema.state !== 'found') return { problem: `Schema ${schema.id}: ${schema.why}` }
  const { type, id } = schema.schema
  const body = buffer.subarray(5)
  try {
    if (type === 'JSON') {
      const text = formatJson(utf8.decode(body))
      if (text === null) return { problem: `JSON Schema ${id}: the payload is not JSON.` }
      return { kind: 'json-schema', text, isJson: true }
    }
    const text = writeJson(compile(schema.schema)(body))
    return { kind: type === 'AVRO' ? 'avro' : 'protobuf', text, isJson: true }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { problem: `${schemaNames[type]} schema ${id}: ${message}` }
  }
}

const contentType = (headers: readonly RawHeader[]): string =>
  Buffer.from(headers.findLast(({ name }) => name.toLowerCase() === 'content-type')?.value ?? []).toString(
    'utf8',
  )

const sniff = (buffer: Buffer, { side, headers, maxTextChars }: DecodeOptions): Found => {
  if (buffer.length === 0) return { kind: 'text', text: '', isJson: false }
  const text = readText(buffer)
  if (text !== null) {
    // Far more text than will be shown is not laid out: a list must not spend seconds on one large message.
    const looksLikeJson = /^\s*[[{]/.test(text)
    if (looksLikeJson && text.length > maxTextChars * 16 && /[\]}]\s*$/.test(text.slice(-100)))
      return { kind: 'json', text: text.slice(0, maxTextChars + 1), isJson: true }
    const json = looksLikeJson ? formatJson(text) : null
    if (json !== null) {
      const isEvent = side === 'value' && /^application\/cloudevents\+json/i.test(contentType(headers))
      return { kind: isEvent ? 'cloudevent' : 'json', text: json, isJson: true }
    }
    return { kind: 'text', text, isJson: false }
  }
  const packed = buffer.length <= largestSniffed ? readMessagePack(buffer) : null
  if (packed !== null) return { kind: 'msgpack', text: packed, isJson: true }
  if (side === 'key') {
    if (buffer.length === 4) return { kind: 'int32', text: String(buffer.readInt32BE()), isJson: false }
    if (buffer.length === 8) return { kind: 'int64', text: buffer.readBigInt64BE().toString(), isJson: false }
    if (buffer.length === 16)
      return {
        kind: 'uuid',
        text: buffer.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
        isJson: false,
      }
  }
  return { kind: 'bytes', text: buffer.subarray(0, hexBytes).toString('hex'), isJson: false }
}

const readText = (buffer: Buffer): string | null => {
  try {
    const text = utf8.decode(buffer)
    return controlCharacters.test(text) ? null : text
  } catch {
    return null
  }
}

/** Strict: the whole buffer must be one map or array, else nearly any bytes would pass. */
const readMessagePack = (buffer: Buffer): string | null => {
  if (!isWholeMessagePack(buffer)) return null
  try {
    const value = decodeMessagePack(buffer, { useBigInt64: true })
    return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
      ? writeJson(value)
      : null
  } catch {
    return null
  }
}
