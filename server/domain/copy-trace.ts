import { createHash } from 'node:crypto'
import type { RawHeader } from './dead-letter.ts'
import {
  datadogUpperBits,
  readB3,
  readB3SpanId,
  readB3TraceId,
  readDatadogId,
  readTraceparent,
  readUber,
  type TracePlace,
} from './trace-formats.ts'
import { readLast, traceIdOfHeaders } from './trace-id-of-headers.ts'

/** A place in a trace, ids in 32 and 16 hexadecimal digits; `flags` are those of its traceparent, null without one. */
export type TraceContext = {
  readonly traceId: string
  readonly spanId: string
  readonly flags: string | null
}

const readB3Parts = (headers: readonly RawHeader[]): TracePlace | null => {
  const traceId = readLast(headers, 'x-b3-traceid', readB3TraceId)
  const spanId = readLast(headers, 'x-b3-spanid', readB3SpanId)
  return traceId === null || spanId === null ? null : { traceId, spanId, flags: '' }
}

const readDatadogParts = (headers: readonly RawHeader[]): TracePlace | null => {
  const traceId = readLast(headers, 'x-datadog-trace-id', readDatadogId)
  const spanId = readLast(headers, 'x-datadog-parent-id', readDatadogId)
  return traceId === null || spanId === null ? null : { traceId, spanId, flags: '' }
}

/**
 * Where a message stands in its trace, by the header that also tells its trace: W3C traceparent, else B3 in one header,
 * else in several, else Jaeger's, else Datadog's. Null without one that names trace and span.
 */
export const traceContextOf = (headers: readonly RawHeader[]): TraceContext | null => {
  const traceId = traceIdOfHeaders(headers)
  if (traceId === null) return null
  const parent = readLast(headers, 'traceparent', readTraceparent)
  const place =
    parent ??
    readLast(headers, 'b3', readB3) ??
    readB3Parts(headers) ??
    readLast(headers, 'uber-trace-id', readUber) ??
    readDatadogParts(headers)
  if (place === null) return null
  const spanId = place.spanId.toLowerCase().padStart(16, '0')
  return { traceId, spanId, flags: parent?.flags ?? null }
}

/** The span by which a copy is sent in its own trace. */
export const sendingSpanOf = (copyTraceId: string): string =>
  createHash('sha256').update(copyTraceId).digest('hex').slice(0, 16)

const upperZeros = '0'.repeat(16)

/** A trace id for a copy, of 128 random bits: of as many bits as that of the message, since some tracers know 64 alone. */
export const copyTraceIdOf = (traceId: string, random: string): string =>
  traceId.startsWith(upperZeros) ? upperZeros + random.slice(16) : random

type Copy = TraceContext

/**
 * What of a header of a trace is another in a copy, by its name in lower case: undefined, where the header does not tell
 * a place in a trace; null, where the copy is without it.
 */
const rewritten = (name: string, value: string, copy: Copy): string | null | undefined => {
  /** As long as it was. */
  const sized = (old: string) => (old.length > 16 ? copy.traceId : copy.traceId.slice(16))
  switch (name) {
    case 'traceparent':
      return copy.flags === null ? undefined : `00-${copy.traceId}-${copy.spanId}-${copy.flags}`
    case 'b3': {
      const place = readB3(value)
      return place ? `${sized(place.traceId)}-${copy.spanId}${place.flags}` : undefined
    }
    case 'x-b3-traceid': {
      const old = readB3TraceId(value)
      return old === null ? undefined : sized(old)
    }
    case 'x-b3-spanid':
      return readB3SpanId(value) === null ? undefined : copy.spanId
    case 'x-b3-parentspanid':
      // The copy's span has none.
      return readB3SpanId(value) === null ? undefined : null
    case 'uber-trace-id': {
      const place = readUber(value)
      const text = place && [sized(place.traceId), copy.spanId, '0', place.flags]
      return text?.join(/%3a/i.exec(value)?.[0] ?? ':')
    }
    case 'x-datadog-trace-id':
      return readDatadogId(value) === null ? undefined : BigInt(`0x${copy.traceId.slice(16)}`).toString()
    case 'x-datadog-parent-id':
      return readDatadogId(value) === null ? undefined : BigInt(`0x${copy.spanId}`).toString()
    case 'x-datadog-tags':
      return datadogUpperBits.test(value)
        ? value.replace(datadogUpperBits, copy.traceId.slice(0, 16))
        : undefined
    default:
      return undefined
  }
}

/**
 * Headers of a copy that begins a trace of its own: only what tells the place in a trace is another, at the same places and
 * as it was written. What says nothing of a place, like a sampling decision, stays.
 */
export const withTrace = (
  headers: readonly RawHeader[],
  copyTraceId: string,
  { flags }: TraceContext,
): readonly RawHeader[] => {
  const copy = { traceId: copyTraceId, spanId: sendingSpanOf(copyTraceId), flags }
  return headers.flatMap((header) => {
    const { name, value } = header
    const lower = name.toLowerCase()
    const text = value === null ? '' : Buffer.from(value).toString('latin1').trim()
    const changed = value === null && lower !== 'traceparent' ? undefined : rewritten(lower, text, copy)
    if (changed === undefined) return [header]
    return changed === null ? [] : [{ name, value: Buffer.from(changed, 'latin1') }]
  })
}
