import type { SpanLink, SpanRecord } from '#server/domain/traces/span-record.ts'
import {
  asKind,
  asStatus,
  collectAttributes,
  endOf,
  isUsableLink,
  MalformedOtlp,
  maxValueDepth,
  noResource,
  parentOf,
  quote,
  quoteName,
  type Rejections,
  type ResourceParts,
  reasonToReject,
  storable,
  writeDouble,
} from './span-parts.ts'

type Fields = Readonly<Record<string, unknown>>

/** Digits that a JavaScript number may not hold. Only then is the slower, exact way of reading numbers taken. */
const longNumber = /[[:,]\s*-?\d{16,}/

/**
 * Decodes the JSON form of an ExportTraceServiceRequest (OTLP specification, "JSON Protobuf Encoding"): ids as hex in
 * either case, 64-bit integers as text or number with all digits kept, enums as number or name, unknown fields ignored.
 * `rejections` counts the spans that can not be stored. Throws MalformedOtlp when the text is not such a message.
 */
export const decodeJson = (body: Buffer, rejections: Rejections): SpanRecord[] => {
  const spans: SpanRecord[] = []
  for (const resourceSpans of asList(asFields(parse(body), 'the request').resourceSpans, 'resourceSpans')) {
    const { resource, scopeSpans } = asFields(resourceSpans, 'resourceSpans')
    const owner = readResource(resource)
    for (const scope of asList(scopeSpans, 'scopeSpans'))
      for (const span of asList(asFields(scope, 'scopeSpans').spans, 'spans')) {
        const record = readSpan(asFields(span, 'spans'), owner, rejections)
        if (record !== null) spans.push(record)
      }
  }
  return spans
}

const parse = (body: Buffer): unknown => {
  try {
    const text = body.toString('utf8')
    if (!longNumber.test(text)) return JSON.parse(text)
    return JSON.parse(text, (_, value, context?: { source?: string }) =>
      typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
        ? context?.source
        : value,
    )
  } catch (error) {
    throw new MalformedOtlp(`not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

const asFields = (value: unknown, path: string): Fields => {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value))
    throw new MalformedOtlp(`${path}: an object is expected`)
  return value as Fields
}

const asList = (value: unknown, path: string): readonly unknown[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new MalformedOtlp(`${path}: an array is expected`)
  return value
}

const asText = (value: unknown, path: string): string => {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw new MalformedOtlp(`${path}: a string is expected`)
  return value
}

/** Decimal digits of a 64-bit integer. */
const asDigits = (value: unknown, path: string): string => {
  if (value === undefined || value === null) return '0'
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !/^-?\d{1,20}$/.test(text))
    throw new MalformedOtlp(`${path}: a whole number is expected`)
  return text
}

/** Bytes of a hex id. What is no hex has no bytes, and the span is rejected for it. */
const asId = (value: unknown, path: string): Uint8Array => {
  const text = asText(value, path)
  return /^(?:[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0)
}

const asEnum = (value: unknown, names: readonly string[]): number =>
  typeof value === 'number' ? value : typeof value === 'string' ? names.indexOf(value) : 0

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
)
const statusCodes = ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`)

const readResource = (value: unknown): ResourceParts => {
  let service: string = noResource.service
  let serviceVersion: string | null = null
  const members: string[] = []
  forEachAttribute(asFields(value, 'resource').attributes, 0, (name, json, plain) => {
    members.push(quoteName(name) + json)
    if (name === 'service.name' && plain) service = storable(plain)
    if (name === 'service.version' && plain) serviceVersion = storable(plain)
  })
  return { json: `{${members.join(',')}}`, service, serviceVersion }
}

const readSpan = (span: Fields, resource: ResourceParts, rejections: Rejections): SpanRecord | null => {
  const traceId = asId(span.traceId, 'traceId')
  const spanId = asId(span.spanId, 'spanId')
  const startNs = BigInt(asDigits(span.startTimeUnixNano, 'startTimeUnixNano'))
  const reason = reasonToReject({ traceId, spanId, startNs })
  if (reason !== null) {
    rejections.count++
    rejections.reason ??= reason
    return null
  }
  const attributes = collectAttributes()
  forEachAttribute(span.attributes, 0, attributes.add)
  if (span.droppedLinksCount)
    attributes.add('otel.dropped_links_count', asDigits(span.droppedLinksCount, 'droppedLinksCount'), null)
  const status = asFields(span.status, 'status')
  const { json, message, searchValues } = attributes.finish()
  return {
    traceId,
    spanId,
    parentSpanId: parentOf(asId(span.parentSpanId, 'parentSpanId')),
    name: storable(asText(span.name, 'name')),
    kind: asKind(asEnum(span.kind, kinds)),
    service: resource.service,
    serviceVersion: resource.serviceVersion,
    startNs,
    endNs: endOf(startNs, BigInt(asDigits(span.endTimeUnixNano, 'endTimeUnixNano')), rejections),
    status: asStatus(asEnum(status.code, statusCodes)),
    statusMessage: storable(asText(status.message, 'status.message')) || null,
    attributesJson: json,
    resourceJson: resource.json,
    eventsJson: `[${asList(span.events, 'events').map(readEvent).join(',')}]`,
    links: asList(span.links, 'links').map(readLink).filter(isUsableLink),
    message,
    searchValues,
  }
}

const readEvent = (value: unknown): string => {
  const event = asFields(value, 'events')
  const members: string[] = []
  forEachAttribute(event.attributes, 0, (name, json) => members.push(quoteName(name) + json))
  const atNs = asDigits(event.timeUnixNano, 'timeUnixNano')
  return `{"name":${quote(asText(event.name, 'name'))},"atNs":"${atNs}","attributes":{${members.join(',')}}}`
}

const readLink = (value: unknown): SpanLink => {
  const link = asFields(value, 'links')
  return { traceId: asId(link.traceId, 'traceId'), spanId: asId(link.spanId, 'spanId') }
}

const forEachAttribute = (
  value: unknown,
  depth: number,
  take: (name: string, json: string, plain: string | null) => void,
): void => {
  for (const item of asList(value, 'attributes')) {
    const attribute = asFields(item, 'attributes')
    const { json, plain } = readValue(attribute.value, depth)
    take(asText(attribute.key, 'key'), json, plain)
  }
}

/** An AnyValue as JSON text, and as bare text when it is text or an integer. */
const readValue = (value: unknown, depth: number): { json: string; plain: string | null } => {
  const any = asFields(value, 'value')
  if (any.stringValue !== undefined && any.stringValue !== null) {
    const plain = asText(any.stringValue, 'stringValue')
    return { json: quote(plain), plain }
  }
  if (any.intValue !== undefined) {
    const plain = withoutLeadingZeros(asDigits(any.intValue, 'intValue'))
    return { json: plain, plain }
  }
  if (any.boolValue !== undefined) return { json: any.boolValue === true ? 'true' : 'false', plain: null }
  if (any.doubleValue !== undefined) return { json: writeDouble(Number(any.doubleValue)), plain: null }
  if (any.bytesValue !== undefined) return { json: quote(asText(any.bytesValue, 'bytesValue')), plain: null }
  if (any.arrayValue !== undefined || any.kvlistValue !== undefined) {
    if (depth >= maxValueDepth) return { json: '"…"', plain: null }
    if (any.arrayValue !== undefined) {
      const items = asList(asFields(any.arrayValue, 'arrayValue').values, 'values')
      return { json: `[${items.map((item) => readValue(item, depth + 1).json).join(',')}]`, plain: null }
    }
    const members: string[] = []
    forEachAttribute(asFields(any.kvlistValue, 'kvlistValue').values, depth + 1, (name, json) =>
      members.push(quoteName(name) + json),
    )
    return { json: `{${members.join(',')}}`, plain: null }
  }
  return { json: 'null', plain: null }
}

/** JSON has no numbers such as 007. */
const withoutLeadingZeros = (digits: string): string =>
  /^-?0\d/.test(digits) ? BigInt(digits).toString() : digits
