import type { Death, DeathField, DecodedDeadLetter, RawHeader, Sourced } from './dead-letter.ts'
import {
  type DeadLetterConvention,
  deadLetterConventions,
  type HeaderEncoding,
} from './dead-letter-conventions.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Largest values that Kafka's own fields can hold: a partition is an int32, an offset an int64. */
const maxInt32 = 2n ** 31n - 1n
const maxInt64 = 2n ** 63n - 1n

/** Reads header bytes as their named encoding says, as text; undefined when they are not of that encoding. */
const readHeader = (bytes: Uint8Array, encoding: HeaderEncoding): string | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (encoding === 'int32-be') return bytes.byteLength === 4 ? String(view.getInt32(0)) : undefined
  if (encoding === 'int64-be') return bytes.byteLength === 8 ? String(view.getBigInt64(0)) : undefined
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return undefined
  }
  if (encoding === 'text') return text
  return /^\d{1,19}$/.test(text) && BigInt(text) <= maxInt64 ? BigInt(text).toString() : undefined
}

/** A partition is a non-negative int32; anything else in its header is treated as unreadable. */
const toPartition = (text: string): number | undefined => {
  const partition = BigInt(text)
  return partition >= 0n && partition <= maxInt32 ? Number(partition) : undefined
}

/** All readable values of one field, newest first by the convention's rule; null marks an unreadable header. */
const readField = (headers: readonly RawHeader[], convention: DeadLetterConvention, field: DeathField) => {
  const rule = convention.fields[field]
  if (rule === undefined) return []
  const found: (Sourced<string | number> | null)[] = []
  for (const [index, { name, value }] of headers.entries()) {
    if (name !== rule.header) continue
    const text = value === null ? undefined : readHeader(value, rule.encoding)
    const fact = text !== undefined && field === 'originPartition' ? toPartition(text) : text
    found.push(fact === undefined ? null : { value: fact, header: name, index })
  }
  return convention.newest === 'last' ? found.reverse() : found
}

/**
 * Decodes a dead letter's failure headers.
 *
 * Takes all headers of the record in broker order. Answers null when no known convention's marker header is there;
 * never throws: what can not be read is listed in `missing`. When a record carries the markers of two conventions
 * (it died under two frameworks), the convention whose table comes first is read.
 */
export const decodeDeadLetter = (headers: readonly RawHeader[]): DecodedDeadLetter | null => {
  const names = new Set(headers.map((header) => header.name))
  const convention = deadLetterConventions.find((candidate) => names.has(candidate.marker))
  if (convention === undefined) return null

  const fields = Object.keys(convention.fields) as DeathField[]
  const deaths: Record<string, Sourced<string | number>>[] = [{}]
  for (const field of fields) {
    for (const [age, fact] of readField(headers, convention, field).entries()) {
      const death = deaths[age] ?? {}
      deaths[age] = death
      if (fact !== null) death[field] = fact
    }
  }
  const [death = {}, ...history] = deaths as Death[]
  return { convention: convention.name, death, history, missing: fields.filter((field) => !(field in death)) }
}
