import { type TraceId, traceId } from '#server/contracts/scalars.ts'
import type { RawHeader } from './dead-letter.ts'

const padded = (hex: string | undefined): string | null =>
  hex === undefined ? null : hex.toLowerCase().padStart(32, '0')

/**
 * W3C Trace Context, "traceparent": version ff is invalid, version 00 is exactly this long, later versions may go on
 * after a dash; ids of zeros only are invalid, upper case is too.
 */
const readTraceparent = (value: string): string | null => {
  const found = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/.exec(value)
  const [, version, id, parent = '', rest] = found ?? []
  if (id === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return null
  return /^0+$/.test(parent) ? null : id
}

/** B3 in one header: trace id of 64 or 128 bits, span id, then perhaps sampling and parent (openzipkin/b3-propagation). */
const readB3 = (value: string): string | null =>
  padded(/^((?:[0-9a-f]{16}){1,2})-[0-9a-f]{16}(?:-[01d](?:-[0-9a-f]{16})?)?$/i.exec(value)?.[1])

const readB3TraceId = (value: string): string | null => padded(/^(?:[0-9a-f]{16}){1,2}$/i.exec(value)?.[0])

/** Jaeger: trace:span:parent:flags in hexadecimal, leading zeros left out, the colons perhaps as %3A. */
const readUber = (value: string): string | null =>
  padded(
    /^([0-9a-f]{1,32}):[0-9a-f]{1,16}:[0-9a-f]{0,16}:[0-9a-f]{1,2}$/i.exec(value.replace(/%3a/gi, ':'))?.[1],
  )

/** Datadog: the lower 64 bits in decimal. */
const readDatadog = (value: string): string | null => {
  if (!/^\d{1,20}$/.test(value)) return null
  const id = BigInt(value)
  return id > 2n ** 64n - 1n ? null : padded(id.toString(16))
}

/** Names in lower case, the most exact first. Whoever writes several means one trace by all of them. */
const formats = [
  ['traceparent', readTraceparent],
  ['b3', readB3],
  ['x-b3-traceid', readB3TraceId],
  ['uber-trace-id', readUber],
  ['x-datadog-trace-id', readDatadog],
] as const satisfies readonly (readonly [string, (value: string) => string | null])[]

/**
 * The trace a message belongs to by its headers, 32 hexadecimal digits: by W3C traceparent, else B3 in one header, else
 * X-B3-TraceId, else Jaeger's uber-trace-id, else Datadog's. Of equal headers the last well-formed one counts, since
 * whoever adds a header adds it at the end. Null where there is none.
 */
export const traceIdOfHeaders = (headers: readonly RawHeader[]): TraceId | null => {
  for (const [wanted, read] of formats)
    for (const { name, value } of headers.toReversed()) {
      if (value === null || name.toLowerCase() !== wanted) continue
      const id = read(Buffer.from(value).toString('latin1').trim())
      if (id !== null && !/^0+$/.test(id)) return traceId.parse(id)
    }
  return null
}
