import { type TraceId, traceId } from '#server/contracts/scalars.ts'
import type { RawHeader } from './dead-letter.ts'
import {
  datadogUpperBits,
  readB3,
  readB3TraceId,
  readDatadogId,
  readTraceparent,
  readUber,
} from './trace-formats.ts'

/** The last value of a header that can be read; names in lower case. */
export const readLast = <T>(
  headers: readonly RawHeader[],
  wanted: string,
  read: (value: string) => T | null,
): T | null => {
  for (let at = headers.length - 1; at >= 0; at--) {
    const header = headers[at]
    if (!header || header.value === null || header.name.toLowerCase() !== wanted) continue
    const found = read(Buffer.from(header.value).toString('latin1').trim())
    if (found !== null) return found
  }
  return null
}

const readDatadog = (headers: readonly RawHeader[]): string | null => {
  const lower = readLast(headers, 'x-datadog-trace-id', readDatadogId)
  if (lower === null) return null
  return (
    (readLast(headers, 'x-datadog-tags', (value) => datadogUpperBits.exec(value)?.[0] ?? null) ?? '') + lower
  )
}

/** The most exact first. Whoever writes several means one trace by all of them. */
const formats: readonly ((headers: readonly RawHeader[]) => string | null)[] = [
  (headers) => readLast(headers, 'traceparent', readTraceparent)?.traceId ?? null,
  (headers) => readLast(headers, 'b3', readB3)?.traceId ?? null,
  (headers) => readLast(headers, 'x-b3-traceid', readB3TraceId),
  (headers) => readLast(headers, 'uber-trace-id', readUber)?.traceId ?? null,
  readDatadog,
]

/**
 * The trace a message belongs to by its headers, 32 hexadecimal digits: by W3C traceparent, else B3 in one header, else
 * X-B3-TraceId, else Jaeger's uber-trace-id, else Datadog's. Of equal headers the last well-formed one counts, since
 * whoever adds a header adds it at the end. Null where there is none.
 */
export const traceIdOfHeaders = (headers: readonly RawHeader[]): TraceId | null => {
  for (const read of formats) {
    const id = read(headers)
    if (id !== null) return traceId.parse(id.toLowerCase().padStart(32, '0'))
  }
  return null
}
