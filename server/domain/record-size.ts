import type { RawHeader } from './dead-letter.ts'

/** Bytes of a signed number as zigzag varint, for those that are not negative. */
const varintBytes = (value: number): number => {
  let bytes = 1
  for (let rest = value * 2; rest > 0x7f; rest = Math.floor(rest / 128)) bytes += 1
  return bytes
}
const sized = (bytes: Uint8Array | null): number =>
  bytes === null ? 1 : varintBytes(bytes.length) + bytes.length

/** The header of a record batch of format 2. */
const batchBytes = 61

/**
 * Bytes of a record batch that holds this one record, uncompressed: what a broker compares with `max.message.bytes`
 * (record batch format 2, KIP-98).
 */
export const sizeOfRecord = ({
  key,
  value,
  headers,
}: {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
}): number => {
  const body =
    // Attributes, time and offset counted from the batch's own: one byte each.
    3 +
    sized(key) +
    sized(value) +
    varintBytes(headers.length) +
    headers.reduce((sum, header) => sum + sized(Buffer.from(header.name, 'utf8')) + sized(header.value), 0)
  return batchBytes + varintBytes(body) + body
}
