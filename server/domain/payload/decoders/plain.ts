import type { PlainChoice } from '#server/contracts/decoders.ts'
import type { DecodeContext, Decoded, Decoder, Refused } from '../decoder.ts'
import { holdsControlCharacters, readUtf8 } from '../read-utf8.ts'
import { readCbor } from './cbor.ts'
import { readJson } from './json.ts'
import { readMessagePack } from './messagepack.ts'
import { readXml } from './xml.ts'

/** Hexadecimal and Base64 show this many bytes; the rest is in the hex view. */
export const shownBytes = 16 * 1024

const asText = (kind: Decoded['kind'], text: string): Decoded => ({ kind, text, isJson: false })

const fixed =
  (kind: Decoded['kind'], width: number, read: (bytes: Buffer) => number | bigint) =>
  (bytes: Buffer): Decoded | Refused =>
    bytes.length === width
      ? asText(kind, String(read(bytes)))
      : { why: `it has ${bytes.length} bytes, not ${width}` }

const readUuid = (bytes: Buffer): Decoded | Refused =>
  bytes.length === 16
    ? asText('uuid', bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
    : { why: `it has ${bytes.length} bytes, not 16` }

/** Ways to read bytes that need nothing beside them, as an operator may choose them. */
export const plainReaders = {
  json: (bytes, { maxTextChars }) => readJson(bytes, maxTextChars, true),
  msgpack: (bytes) => readMessagePack(bytes, true),
  cbor: (bytes) => readCbor(bytes, true),
  xml: readXml,
  text: (bytes) => {
    const text = readUtf8(bytes)
    return text === null ? { why: 'it is not UTF-8' } : asText('text', text)
  },
  latin1: (bytes) => asText('latin1', bytes.toString('latin1')),
  int16: fixed('int16', 2, (bytes) => bytes.readInt16BE()),
  int32: fixed('int32', 4, (bytes) => bytes.readInt32BE()),
  int64: fixed('int64', 8, (bytes) => bytes.readBigInt64BE()),
  float32: fixed('float32', 4, (bytes) => bytes.readFloatBE()),
  float64: fixed('float64', 8, (bytes) => bytes.readDoubleBE()),
  uuid: readUuid,
  hex: (bytes) => asText('bytes', bytes.subarray(0, shownBytes).toString('hex')),
  base64: (bytes) => asText('base64', bytes.subarray(0, shownBytes).toString('base64')),
} as const satisfies Readonly<
  Record<PlainChoice, (bytes: Buffer, context: DecodeContext) => Decoded | Refused>
>

/** UTF-8 without control characters. */
export const textDecoder: Decoder = {
  id: 'text',
  name: 'Text (UTF-8)',
  read: (bytes) => {
    const text = readUtf8(bytes)
    if (text === null) return { why: 'it is not UTF-8' }
    return holdsControlCharacters(text) ? { why: 'it holds control characters' } : asText('text', text)
  },
}

const byWidth = { 4: 'int32', 8: 'int64', 16: 'uuid' } as const

/** Keys of the widths that Kafka's own serializers write for integers and UUIDs. */
export const integerDecoder: Decoder = {
  id: 'integer',
  name: 'Integer or UUID',
  read: (bytes, context) => {
    if (context.side !== 'key') return { why: 'only keys are taken for integers without a choice' }
    const kind = byWidth[bytes.length as keyof typeof byWidth]
    return kind ? plainReaders[kind](bytes) : { why: `it has ${bytes.length} bytes, not 4, 8 or 16` }
  },
}

export const hexDecoder: Decoder = { id: 'hex', name: 'Hexadecimal', read: plainReaders.hex }
