import {
  isSearchable,
  messageColumnOf,
  readMessageColumns,
  searchTermsOf,
} from '#server/domain/traces/message-attributes.ts'
import type { MessageColumns } from '#server/domain/traces/span-record.ts'

/** What a request holds that OTLP does not allow; answered with 400. */
export class MalformedOtlp extends Error {}

/** What both encodings of one request become: spans to store, and how many of them can not be stored. */
export type Rejections = { count: number; reason: string | null; warning: string | null }

/** Deeper values are cut off: PostgreSQL refuses jsonb of some thousand levels. */
export const maxValueDepth = 32

/** Text that PostgreSQL stores: no NUL, no lone surrogates; each becomes U+FFFD. */
export const storable = (text: string): string => {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '\ufffd') : whole
}

const quotedNames = new Map<string, string>()

/** `"name":` for a JSON object. Attribute names repeat, so most are looked up. */
export const quoteName = (name: string): string => {
  const cached = quotedNames.get(name)
  if (cached !== undefined) return cached
  const quoted = `${JSON.stringify(storable(name))}:`
  if (quotedNames.size < 10_000) quotedNames.set(name, quoted)
  return quoted
}

export const quote = (text: string): string => JSON.stringify(storable(text))

/** A double as JSON; what JSON has no number for is written as OTLP/JSON writes it, as text. */
export const writeDouble = (value: number): string => {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value)
  return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"Infinity"' : '"-Infinity"'
}

/** Collects a span's attributes as JSON text and picks out what has a column of its own. */
export type AttributeCollector = {
  /** `plain` is the value as bare text when it is text or an integer, otherwise null. */
  add(name: string, json: string, plain: string | null): void
  finish(): { readonly json: string; readonly message: MessageColumns; readonly searchValues: string[] }
}

const noMessage: MessageColumns = { topic: null, partition: null, offset: null, group: null }

export const collectAttributes = (): AttributeCollector => {
  let json = ''
  let found: Partial<Record<keyof MessageColumns, string>> | null = null
  const searchValues: string[] = []
  return {
    add(name, value, plain) {
      json += json === '' ? quoteName(name) + value : `,${quoteName(name)}${value}`
      if (plain === null) return
      const column = messageColumnOf(name)
      if (column !== undefined) {
        found ??= {}
        found[column] ??= storable(plain)
      } else if (isSearchable(name)) searchValues.push(...searchTermsOf(storable(plain)))
    },
    finish: () => ({
      json: `{${json}}`,
      message: found === null ? noMessage : readMessageColumns(found),
      searchValues,
    }),
  }
}

export type ResourceParts = {
  readonly json: string
  readonly service: string
  readonly serviceVersion: string | null
}
export const noResource: ResourceParts = { json: '{}', service: 'unknown_service', serviceVersion: null }

const maxInt64 = 2n ** 63n - 1n
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)

/** Why a span can not be stored, or null. Ids as in trace.proto: 16 and 8 bytes, not all zero. */
export const reasonToReject = (span: {
  readonly traceId: Uint8Array
  readonly spanId: Uint8Array
  readonly startNs: bigint
}): string | null => {
  if (span.traceId.length !== 16 || isZero(span.traceId)) return 'trace_id must be 16 bytes, not all zero'
  if (span.spanId.length !== 8 || isZero(span.spanId)) return 'span_id must be 8 bytes, not all zero'
  if (span.startNs <= 0n || span.startNs > maxInt64)
    return 'start_time_unix_nano must be a time between 1970 and 2262'
  return null
}

/** A span that ends before it starts (clocks set back) is kept with no duration. */
export const endOf = (startNs: bigint, endNs: bigint, rejections: Rejections): bigint => {
  if (endNs >= startNs && endNs <= maxInt64) return endNs
  rejections.warning ??= 'spans that end before they start are stored with no duration'
  return startNs
}

/** A link whose ids are not ids points nowhere and is left out. */
export const isUsableLink = (link: { readonly traceId: Uint8Array; readonly spanId: Uint8Array }): boolean =>
  link.traceId.length === 16 && link.spanId.length === 8 && !isZero(link.traceId) && !isZero(link.spanId)

/** A parent of no or of zero bytes means that the span is a root. */
export const parentOf = (bytes: Uint8Array): Uint8Array | null =>
  bytes.length === 8 && !isZero(bytes) ? bytes : null

export const asKind = (kind: number): number => (kind >= 1 && kind <= 5 ? kind : 0)
export const asStatus = (code: number): number => (code === 1 || code === 2 ? code : 0)
