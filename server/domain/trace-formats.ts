/** What one header tells of a trace. Ids are hexadecimal digits as they were written, of 64 or 128 bits. */
export type TracePlace = {
  readonly traceId: string
  readonly spanId: string
  /** What follows the ids and says whether the trace is sampled, as it was; empty where nothing does. */
  readonly flags: string
}

const isZero = (digits: string): boolean => /^0+$/.test(digits)
const placeOf = (found: RegExpExecArray | null): TracePlace | null => {
  const [, traceId = '', spanId = '', flags = ''] = found ?? []
  return traceId === '' || isZero(traceId) ? null : { traceId, spanId, flags }
}

/**
 * W3C Trace Context, "traceparent": version ff is invalid, version 00 is exactly this long, later versions may go on
 * after a dash; ids of zeros only are invalid, upper case is too.
 */
export const readTraceparent = (value: string): TracePlace | null => {
  const found = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(value)
  if (value.startsWith('00') && found?.[4] !== undefined) return null
  const place = placeOf(found)
  return place && isZero(place.spanId) ? null : place
}

/** B3 in one header: trace id of 64 or 128 bits, span id, then perhaps sampling and parent (openzipkin/b3-propagation). */
export const readB3 = (value: string): TracePlace | null =>
  placeOf(/^((?:[0-9a-f]{16}){1,2})-([0-9a-f]{16})((?:-[01d])?)(?:(?<=-[01d])-[0-9a-f]{16})?$/i.exec(value))

/** The value of X-B3-TraceId, of 64 or 128 bits. */
export const readB3TraceId = (value: string): string | null =>
  /^(?:[0-9a-f]{16}){1,2}$/i.test(value) && !isZero(value) ? value : null

/** The value of X-B3-SpanId. */
export const readB3SpanId = (value: string): string | null => (/^[0-9a-f]{16}$/i.test(value) ? value : null)

/** Jaeger: trace:span:parent:flags in hexadecimal, leading zeros left out, the colons perhaps as %3A. */
export const readUber = (value: string): TracePlace | null =>
  placeOf(
    /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{0,16}:([0-9a-f]{1,2})$/i.exec(value.replace(/%3a/gi, ':')),
  )

/** Datadog: 64 bits in decimal, as 16 hexadecimal digits. Null for none, for zero, and for what is more. */
export const readDatadogId = (value: string): string | null => {
  if (!/^\d{1,20}$/.test(value)) return null
  const id = BigInt(value)
  return id === 0n || id > 2n ** 64n - 1n ? null : id.toString(16).padStart(16, '0')
}

/** In `x-datadog-tags`: the upper 64 bits of a trace id of 128. */
export const datadogUpperBits = /(?<=(?:^|,)_dd\.p\.tid=)[0-9a-f]{16}(?=,|$)/
