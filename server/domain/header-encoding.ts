import { isUtf8 } from 'node:buffer'

/** How a header's bytes are read. It follows from the header's name, never from a guess at the bytes. */
export const headerEncodings = [
  'text',
  /** A 64-bit number as decimal digits. */
  'decimal-text',
  'int32-be',
  /** The same, or one byte, as Spring wrote its attempts before 2.8. */
  'int32-or-byte',
  'int64-be',
  /** As Java's BigInteger.toByteArray(): two's complement, big-endian, as few bytes as are needed; up to 8 here. */
  'big-integer',
  /** Milliseconds since the epoch as digits, ISO 8601, or NServiceBus's `yyyy-MM-dd HH:mm:ss:ffffff Z`. */
  'time-text',
  /** A class name, or Java's Throwable.toString(): the class, a colon, the message. */
  'class-text',
  /** The last part of an address (`loopback://host/kafka/orders`) or what stands before its machine (`orders@host`). */
  'address-text',
] as const
export type HeaderEncoding = (typeof headerEncodings)[number]

const maxInt64 = 2n ** 63n - 1n

/** UTF-8 text; undefined when the bytes are none. */
const readText = (bytes: Uint8Array): string | undefined =>
  isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : undefined

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Decimal text of a two's complement number of 1 to 8 bytes. */
const readBigInteger = (bytes: Uint8Array): string | undefined => {
  if (bytes.length === 0 || bytes.length > 8) return undefined
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return BigInt.asIntN(bytes.length * 8, value).toString()
}

const readDecimal = (text: string): string | undefined => {
  if (!/^\d{1,19}$/.test(text)) return undefined
  // Up to 15 digits are exact as they stand, and most offsets are.
  if (text.length <= 15 && !text.startsWith('0')) return text
  const value = BigInt(text)
  return value <= maxInt64 ? value.toString() : undefined
}

const nserviceBusTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d):(\d{3})\d{3} Z$/

const readTime = (text: string): string | undefined => {
  if (/^\d{1,15}$/.test(text)) return readDecimal(text)
  const wire = nserviceBusTime.exec(text)
  const iso = wire
    ? `${wire[1]}T${wire[2]}.${wire[3]}Z`
    : /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)$/.test(text)
      ? text
      : null
  const atMs = iso === null ? Number.NaN : Date.parse(iso)
  return Number.isNaN(atMs) || atMs < 0 ? undefined : String(atMs)
}

const readEncodedText = (text: string, encoding: HeaderEncoding): string | undefined => {
  if (encoding === 'decimal-text') return readDecimal(text)
  if (encoding === 'time-text') return readTime(text)
  if (encoding === 'class-text') return /^[\w.$]+(?=: |$)/.exec(text)?.[0] ?? text
  if (encoding === 'address-text')
    return text.replace(/\?.*$/s, '').replace(/^.*\//s, '').replace(/@.*$/s, '') || undefined
  return text
}

/** Reads header bytes as their named encoding says, as text; undefined when they are not of that encoding. */
export const readEncoded = (bytes: Uint8Array, encoding: HeaderEncoding): string | undefined => {
  if (encoding === 'int32-or-byte' && bytes.length === 1) return String(viewOf(bytes).getInt8(0))
  if (encoding === 'int32-be' || encoding === 'int32-or-byte')
    return bytes.length === 4 ? String(viewOf(bytes).getInt32(0)) : undefined
  if (encoding === 'int64-be') return bytes.length === 8 ? String(viewOf(bytes).getBigInt64(0)) : undefined
  if (encoding === 'big-integer') return readBigInteger(bytes)
  const text = readText(bytes)
  return text === undefined ? undefined : readEncodedText(text, encoding)
}
