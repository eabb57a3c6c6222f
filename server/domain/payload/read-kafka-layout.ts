import { WithRaw } from './json-text.ts'
import { isoTime } from './time-words.ts'

/** How a field is written (Kafka protocol guide, "Protocol Primitive Types"); `time` is an int64 of milliseconds. */
export type FieldType =
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'int64'
  | 'time'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'compact-string'
  | 'compact-bytes'
  | { readonly list: FieldType | Layout; readonly compact: boolean }
  /** A struct that may be absent: a byte says whether it follows. */
  | { readonly maybe: Layout }
  | { readonly words: Readonly<Record<number, string>> }
/** Fields in the order in which they are written. Tagged fields follow the others of a flexible version. */
export type Layout = {
  readonly fields: readonly (readonly [name: string, type: FieldType])[]
  readonly tags?: Readonly<Record<number, readonly [name: string, type: FieldType | Layout]>>
}

class Cursor {
  readonly #bytes: Buffer
  #at = 0
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }
  get left(): number {
    return this.#bytes.length - this.#at
  }
  take(length: number): Buffer {
    if (length < 0 || length > this.left) throw new Error('the bytes end within a field')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const [byte = 0] = this.take(1)
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Error('a varint is too long')
  }
}

/** Lengths of the compact forms are one more than what follows; 0 stands for null. */
const sized = (cursor: Cursor, type: 'string' | 'bytes' | 'compact-string' | 'compact-bytes') => {
  const length =
    type === 'string'
      ? cursor.take(2).readInt16BE()
      : type === 'bytes'
        ? cursor.take(4).readInt32BE()
        : cursor.varint() - 1
  return length < 0 ? null : cursor.take(length)
}

const readTime = (value: bigint): unknown => {
  const text = value < 0n ? null : isoTime(value, 3)
  return text === null ? value : new WithRaw(text, value.toString(), 'milliseconds since 1970')
}

const readField = (cursor: Cursor, type: FieldType): unknown => {
  if (typeof type === 'object') {
    if ('list' in type) return readList(cursor, type)
    if ('maybe' in type) return cursor.take(1).readInt8() < 0 ? null : readStruct(cursor, type.maybe)
    const code = cursor.take(1).readInt8()
    return type.words[code] ?? code
  }
  switch (type) {
    case 'int8':
      return cursor.take(1).readInt8()
    case 'int16':
      return cursor.take(2).readInt16BE()
    case 'uint16':
      return cursor.take(2).readUInt16BE()
    case 'int32':
      return cursor.take(4).readInt32BE()
    case 'int64':
      return cursor.take(8).readBigInt64BE()
    case 'time':
      return readTime(cursor.take(8).readBigInt64BE())
    // Kafka writes UUIDs as Base64 of the URL alphabet, everywhere.
    case 'uuid':
      return cursor.take(16).toString('base64url')
    case 'string':
    case 'compact-string':
      return sized(cursor, type)?.toString('utf8') ?? null
    case 'bytes':
    case 'compact-bytes':
      return sized(cursor, type)
  }
}

const readList = (
  cursor: Cursor,
  { list, compact }: { readonly list: FieldType | Layout; readonly compact: boolean },
): readonly unknown[] | null => {
  const count = compact ? cursor.varint() - 1 : cursor.take(4).readInt32BE()
  if (count < 0) return null
  if (count > cursor.left) throw new Error('a list names more items than there are bytes left')
  return Array.from({ length: count }, () => readOne(cursor, list))
}

const readOne = (cursor: Cursor, type: FieldType | Layout): unknown =>
  typeof type === 'object' && 'fields' in type ? readStruct(cursor, type) : readField(cursor, type)

const readStruct = (cursor: Cursor, { fields, tags }: Layout): Record<string, unknown> => {
  const out: Record<string, unknown> = {}
  for (const [name, type] of fields) out[name] = readField(cursor, type)
  if (!tags) return out
  const count = cursor.varint()
  for (let index = 0; index < count; index++) {
    const tag = cursor.varint()
    const bytes = cursor.take(cursor.varint())
    const known = tags[tag]
    if (known) out[known[0]] = readOne(new Cursor(bytes), known[1])
    else out[`tag ${tag}`] = bytes
  }
  return out
}

/** Reads bytes by a layout. Throws when they end before it does; newer versions may leave bytes over, which are told. */
export const readLayout = (layout: Layout, bytes: Buffer): Record<string, unknown> => {
  const cursor = new Cursor(bytes)
  const out = readStruct(cursor, layout)
  return cursor.left === 0 ? out : { ...out, rest: cursor.take(cursor.left) }
}
