import { createHash } from 'node:crypto'
import type { RawHeader } from './dead-letter.ts'

/** A place in a trace (W3C Trace Context): ids in hexadecimal digits, and the flags as they were. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly flags: string }

const isTraceparent = ({ name }: RawHeader): boolean => name.toLowerCase() === 'traceparent'

const readTraceparent = ({ value }: RawHeader): TraceContext | null => {
  const text = Buffer.from(value ?? [])
    .toString('latin1')
    .trim()
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text) ?? []
  return traceId === '' || /^0+$/.test(traceId) || /^0+$/.test(spanId) ? null : { traceId, spanId, flags }
}

/**
 * Where a message stands in its trace, by the last well-formed traceparent. Null without one: other formats (B3, Jaeger,
 * Datadog) stay as they are, and their copies go on in the old trace.
 */
export const traceContextOf = (headers: readonly RawHeader[]): TraceContext | null =>
  headers
    .filter(isTraceparent)
    .flatMap((header) => readTraceparent(header) ?? [])
    .at(-1) ?? null

/** The span by which a copy is sent in its own trace. */
export const sendingSpanOf = (copyTraceId: string): string =>
  createHash('sha256').update(copyTraceId).digest('hex').slice(0, 16)

/** Headers of a copy that begins a trace of its own: only what its traceparents say is another, at the same places. */
export const withTrace = (
  headers: readonly RawHeader[],
  copyTraceId: string,
  { flags }: TraceContext,
): readonly RawHeader[] => {
  const value = Buffer.from(`00-${copyTraceId}-${sendingSpanOf(copyTraceId)}-${flags}`, 'latin1')
  return headers.map((header) => (isTraceparent(header) ? { name: header.name, value } : header))
}
