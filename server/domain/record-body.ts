import { copyInto } from './copy-into.ts'
import type { RawHeader } from './dead-letter.ts'
import { remember } from './remember.ts'
import { MalformedRecordError, RecordCursor, varintLength, writeVarint } from './varint.ts'

/**
 * The body of a record is the part from its key on, which does not depend on where the record stands: key, value, the
 * number of headers, then name and value of each; lengths are zigzag varints, -1 is null (Kafka record format v2, KIP-98).
 */
export type RecordContent = {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
}

const isText = (bytes: Buffer, text: string): boolean => {
  if (bytes.length !== text.length) return false
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at)
    if (byte !== bytes[at] || byte > 0x7f) return false
  }
  return true
}

/**
 * Reads a body where a cursor stands. Views, not copies. `names` are those of the record before, and are changed to those
 * of this one: most records of a topic carry the same headers in the same order. Throws `MalformedRecordError` where it ends early.
 */
export const readBody = (cursor: RecordCursor, names: string[]): RecordContent => {
  const key = cursor.bytes()
  const value = cursor.bytes()
  const headers: RawHeader[] = []
  for (let count = cursor.varint(), place = 0; count > 0; count--, place++) {
    const bytes = cursor.bytes()
    let name = names[place]
    if (bytes === null) name = ''
    else if (name === undefined || !isText(bytes, name)) {
      name = bytes.toString('utf8')
      names[place] = name
    }
    headers.push({ name, value: cursor.bytes() })
  }
  return { key, value, headers }
}

/** What a body holds, as views on it. Throws `MalformedRecordError` where that does not fill it. */
export const openBody = (body: Buffer): RecordContent => {
  const cursor = new RecordCursor(body)
  const content = readBody(cursor, [])
  if (cursor.position !== body.length) throw new MalformedRecordError('the record goes on after its headers')
  return content
}

/** The key in a body, as a view on it. */
export const keyOfBody = (body: Buffer): Buffer | null => new RecordCursor(body).bytes()

/** A name as it is written, with its length: in UTF-8, as Kafka has it. */
const writtenName = remember((name) => {
  const length = Buffer.byteLength(name, 'utf8')
  const made = Buffer.allocUnsafeSlow(varintLength(length) + length)
  made.write(name, writeVarint(made, 0, length), 'utf8')
  return made
})

const sizeOf = (bytes: Uint8Array | null): number =>
  bytes === null ? 1 : varintLength(bytes.length) + bytes.length

const writePrefixed = (into: Buffer, at: number, bytes: Uint8Array | null): number => {
  if (bytes === null) return writeVarint(into, at, -1)
  return copyInto(into, writeVarint(into, at, bytes.length), bytes)
}

/** How many bytes headers take in a body. */
export const sizeOfHeaders = (headers: readonly RawHeader[]): number =>
  headers.reduce((sum, { name, value }) => sum + writtenName(name).length + sizeOf(value), 0)

/** Writes headers, without their number, where they belong in a body; answers where they end. */
export const writeHeaders = (into: Buffer, at: number, headers: readonly RawHeader[]): number => {
  let end = at
  for (const { name, value } of headers)
    end = writePrefixed(into, copyInto(into, end, writtenName(name)), value)
  return end
}

/** Writes a body. Headers keep their order, duplicates and null values. */
export const sealBody = ({ key, value, headers }: RecordContent): Buffer => {
  const count = headers.length
  const body = Buffer.allocUnsafe(sizeOf(key) + sizeOf(value) + varintLength(count) + sizeOfHeaders(headers))
  const at = writePrefixed(body, writePrefixed(body, 0, key), value)
  writeHeaders(body, writeVarint(body, at, count), headers)
  return body
}

/** A message of which the body is opened. */
export const openMessage = <Place extends object>({
  body,
  ...place
}: Place & { readonly body: Buffer }): Omit<Place, 'body'> & RecordContent => ({
  ...(place as Omit<Place, 'body'>),
  ...openBody(body),
})

/** A message as its record has it. */
export const sealMessage = <Place extends object>({
  key,
  value,
  headers,
  ...place
}: Place & RecordContent): Omit<Place, keyof RecordContent> & { readonly body: Buffer } => ({
  ...(place as Omit<Place, keyof RecordContent>),
  body: sealBody({ key, value, headers }),
})
