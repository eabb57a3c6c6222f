/**
 * PostgreSQL arrays in binary form (src/backend/utils/adt/arrayfuncs.c, array_recv): pg sends a Buffer parameter as
 * binary, so text is neither escaped here nor parsed there. One dimension, lower bound 1.
 */
const headerBytes = 20

const elementOid = {
  'text[]': 25,
  'bytea[]': 17,
  'int2[]': 21,
  'int4[]': 23,
  'int8[]': 20,
  'date[]': 1082,
  'jsonb[]': 3802,
} as const

type ArrayType = keyof typeof elementOid

const writeHeader = (buffer: Buffer, type: ArrayType, count: number, hasNull: boolean): number => {
  buffer.writeInt32BE(1, 0)
  buffer.writeInt32BE(hasNull ? 1 : 0, 4)
  buffer.writeInt32BE(elementOid[type], 8)
  buffer.writeInt32BE(count, 12)
  buffer.writeInt32BE(1, 16)
  return headerBytes
}

/** For `$n::text[]` and `$n::jsonb[]`; the latter's texts must be valid JSON. */
export const encodeTexts = (type: 'text[]' | 'jsonb[]', values: readonly (string | null)[]): Buffer => {
  // A jsonb is its text after a version byte (jsonb_recv).
  const prefix = type === 'jsonb[]' ? 1 : 0
  let size = headerBytes
  let hasNull = false
  for (const value of values) {
    // Three bytes hold any UTF-16 unit as UTF-8; the rest of the buffer is cut off.
    size += 4 + (value === null ? 0 : prefix + value.length * 3)
    hasNull ||= value === null
  }
  const buffer = Buffer.allocUnsafe(size)
  let at = writeHeader(buffer, type, values.length, hasNull)
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at)
      continue
    }
    if (prefix === 1) buffer[at + 4] = 1
    const written = prefix + buffer.write(value, at + 4 + prefix, 'utf8')
    buffer.writeInt32BE(written, at)
    at += 4 + written
  }
  return buffer.subarray(0, at)
}

/** For `$n::bytea[]`. */
export const encodeBytes = (values: readonly (Uint8Array | null)[]): Buffer => {
  let size = headerBytes
  let hasNull = false
  for (const value of values) {
    size += 4 + (value?.length ?? 0)
    hasNull ||= value === null
  }
  const buffer = Buffer.allocUnsafe(size)
  let at = writeHeader(buffer, 'bytea[]', values.length, hasNull)
  for (const value of values) {
    at = buffer.writeInt32BE(value === null ? -1 : value.length, at)
    if (value === null) continue
    buffer.set(value, at)
    at += value.length
  }
  return buffer
}

/** For `$n::int8[]`. */
export const encodeBigints = (values: readonly (bigint | null)[]): Buffer => {
  const buffer = Buffer.allocUnsafe(headerBytes + values.length * 12)
  let at = writeHeader(buffer, 'int8[]', values.length, values.includes(null))
  for (const value of values) {
    at = buffer.writeInt32BE(value === null ? -1 : 8, at)
    if (value !== null) at = buffer.writeBigInt64BE(value, at)
  }
  return buffer.subarray(0, at)
}

/** For `$n::int4[]`, `$n::int2[]`, and `$n::date[]` with days since 2000-01-01. */
export const encodeIntegers = (
  type: 'int4[]' | 'int2[]' | 'date[]',
  values: readonly (number | null)[],
): Buffer => {
  const width = type === 'int2[]' ? 2 : 4
  const buffer = Buffer.allocUnsafe(headerBytes + values.length * (4 + width))
  let at = writeHeader(buffer, type, values.length, values.includes(null))
  for (const value of values) {
    at = buffer.writeInt32BE(value === null ? -1 : width, at)
    if (value !== null) at = width === 2 ? buffer.writeInt16BE(value, at) : buffer.writeInt32BE(value, at)
  }
  return buffer.subarray(0, at)
}
