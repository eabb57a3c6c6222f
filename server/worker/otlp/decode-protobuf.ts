import protobuf from 'protobufjs/minimal.js'
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

type Reader = protobuf.Reader

// A tag is (field number << 3) | wire type; a field of another wire type than the schema's is skipped as unknown.
const lengthDelimited = (field: number): number => (field << 3) | 2
const varint = (field: number): number => field << 3
const fixed64 = (field: number): number => (field << 3) | 1

const none = new Uint8Array(0)

/**
 * Decodes the body of an ExportTraceServiceRequest (opentelemetry-proto 1.9, trace.proto, common.proto) straight into
 * what is stored, without objects in between. `rejections` counts the spans that can not be stored.
 * Throws MalformedOtlp when the bytes are not such a message.
 */
export const decodeProtobuf = (body: Buffer, rejections: Rejections): SpanRecord[] => {
  const reader = protobuf.Reader.create(body)
  const spans: SpanRecord[] = []
  try {
    readMessage(reader, body.length, (tag) => {
      if (tag !== lengthDelimited(1)) return false
      readResourceSpans(reader, endOfNext(reader), spans, rejections)
      return true
    })
  } catch (error) {
    throw new MalformedOtlp(
      `not an ExportTraceServiceRequest: ${error instanceof Error ? error.message : error}`,
    )
  }
  return spans
}

/** Calls `field` with each tag up to `end`; what it does not read is skipped. */
const readMessage = (reader: Reader, end: number, field: (tag: number) => boolean): void => {
  while (reader.pos < end) {
    const tag = reader.tag()
    if (!field(tag)) reader.skipType(tag & 7, 0, tag >>> 3)
  }
  if (reader.pos !== end) throw new RangeError(`a message ends at ${end} but its fields at ${reader.pos}`)
}

const endOfNext = (reader: Reader): number => {
  const length = reader.size()
  const end = reader.pos + length
  if (end > reader.len) throw new RangeError(`${length} bytes announced, ${reader.len - reader.pos} there`)
  return end
}

const readResourceSpans = (
  reader: Reader,
  end: number,
  spans: SpanRecord[],
  rejections: Rejections,
): void => {
  let resource = noResource
  // The resource may come after the spans that belong to it.
  const scopes: number[] = []
  readMessage(reader, end, (tag) => {
    if (tag === lengthDelimited(1)) resource = readResource(reader, endOfNext(reader))
    else if (tag === lengthDelimited(2)) {
      scopes.push(reader.pos)
      reader.skip(reader.size())
    } else return false
    return true
  })
  for (const start of scopes) {
    reader.pos = start
    readMessage(reader, endOfNext(reader), (tag) => {
      if (tag !== lengthDelimited(2)) return false
      const span = readSpan(reader, endOfNext(reader), resource, rejections)
      if (span !== null) spans.push(span)
      return true
    })
  }
  reader.pos = end
}

const readResource = (reader: Reader, end: number): ResourceParts => {
  let json = ''
  let service: string = noResource.service
  let serviceVersion: string | null = null
  readMessage(reader, end, (tag) => {
    if (tag !== lengthDelimited(1)) return false
    readKeyValue(reader, endOfNext(reader), 0, (name, value, plain) => {
      json += `${json === '' ? '' : ','}${quoteName(name)}${value}`
      if (name === 'service.name' && plain) service = storable(plain)
      if (name === 'service.version' && plain) serviceVersion = storable(plain)
    })
    return true
  })
  return { json: `{${json}}`, service, serviceVersion }
}

const readSpan = (
  reader: Reader,
  end: number,
  resource: ResourceParts,
  rejections: Rejections,
): SpanRecord | null => {
  let traceId: Uint8Array = none
  let spanId: Uint8Array = none
  let parentSpanId: Uint8Array = none
  let name = ''
  let kind = 0
  let startNs = 0n
  let endNs = 0n
  let status = 0
  let statusMessage: string | null = null
  let events = ''
  let links: SpanLink[] | null = null
  const attributes = collectAttributes()
  while (reader.pos < end) {
    const tag = reader.tag()
    switch (tag) {
      case lengthDelimited(1):
        traceId = reader.bytes()
        break
      case lengthDelimited(2):
        spanId = reader.bytes()
        break
      case lengthDelimited(4):
        parentSpanId = reader.bytes()
        break
      case lengthDelimited(5):
        name = storable(reader.string())
        break
      case varint(6):
        kind = reader.int32()
        break
      case fixed64(7):
        startNs = readFixed64(reader)
        break
      case fixed64(8):
        endNs = readFixed64(reader)
        break
      case lengthDelimited(9):
        readKeyValue(reader, endOfNext(reader), 0, attributes.add)
        break
      case lengthDelimited(11):
        events += `${events === '' ? '' : ','}${readEvent(reader, endOfNext(reader))}`
        break
      case lengthDelimited(13): {
        const link = readLink(reader, endOfNext(reader))
        links ??= []
        if (isUsableLink(link)) links.push(link)
        break
      }
      case varint(14):
        attributes.add('otel.dropped_links_count', String(reader.uint32()), null)
        break
      case lengthDelimited(15):
        readMessage(reader, endOfNext(reader), (field) => {
          if (field === lengthDelimited(2)) statusMessage = storable(reader.string()) || null
          else if (field === varint(3)) status = reader.int32()
          else return false
          return true
        })
        break
      default:
        reader.skipType(tag & 7, 0, tag >>> 3)
    }
  }
  if (reader.pos !== end) throw new RangeError('a span is longer than announced')
  const reason = reasonToReject({ traceId, spanId, startNs })
  if (reason !== null) {
    rejections.count++
    rejections.reason ??= reason
    return null
  }
  const { json, message, searchValues } = attributes.finish()
  return {
    traceId,
    spanId,
    parentSpanId: parentOf(parentSpanId),
    name,
    kind: asKind(kind),
    service: resource.service,
    serviceVersion: resource.serviceVersion,
    startNs,
    endNs: endOf(startNs, endNs, rejections),
    status: asStatus(status),
    statusMessage,
    attributesJson: json,
    resourceJson: resource.json,
    eventsJson: `[${events}]`,
    links: links ?? [],
    message,
    searchValues,
  }
}

const readEvent = (reader: Reader, end: number): string => {
  let atNs = 0n
  let name = ''
  let attributes = ''
  readMessage(reader, end, (tag) => {
    if (tag === fixed64(1)) atNs = readFixed64(reader)
    else if (tag === lengthDelimited(2)) name = reader.string()
    else if (tag === lengthDelimited(3))
      readKeyValue(reader, endOfNext(reader), 0, (key, value) => {
        attributes += `${attributes === '' ? '' : ','}${quoteName(key)}${value}`
      })
    else return false
    return true
  })
  return `{"name":${quote(name)},"atNs":"${atNs}","attributes":{${attributes}}}`
}

const readLink = (reader: Reader, end: number): SpanLink => {
  let traceId: Uint8Array = none
  let spanId: Uint8Array = none
  readMessage(reader, end, (tag) => {
    if (tag === lengthDelimited(1)) traceId = reader.bytes()
    else if (tag === lengthDelimited(2)) spanId = reader.bytes()
    else return false
    return true
  })
  return { traceId, spanId }
}

type Take = (name: string, json: string, plain: string | null) => void

/** Set by readValue beside its answer: the value as bare text when it is text or an integer. */
let plainOfLastValue: string | null = null

const readKeyValue = (reader: Reader, end: number, depth: number, take: Take): void => {
  let name = ''
  let value = 'null'
  let plain: string | null = null
  while (reader.pos < end) {
    const tag = reader.tag()
    if (tag === lengthDelimited(1)) name = reader.string()
    else if (tag === lengthDelimited(2)) {
      value = readValue(reader, endOfNext(reader), depth)
      plain = plainOfLastValue
    } else reader.skipType(tag & 7, 0, tag >>> 3)
  }
  if (reader.pos !== end) throw new RangeError('an attribute is longer than announced')
  take(name, value, plain)
}

/** An AnyValue as JSON text: integers with all digits, bytes as base64 text. */
const readValue = (reader: Reader, end: number, depth: number): string => {
  let json = 'null'
  let plain: string | null = null
  while (reader.pos < end) {
    const tag = reader.tag()
    switch (tag) {
      case lengthDelimited(1):
        plain = reader.string()
        json = quote(plain)
        break
      case varint(2):
        json = reader.bool() ? 'true' : 'false'
        break
      case varint(3):
        json = readInt64(reader)
        plain = json
        break
      case fixed64(4):
        json = writeDouble(reader.double())
        break
      case lengthDelimited(5):
        json = readArray(reader, endOfNext(reader), depth + 1)
        plain = null
        break
      case lengthDelimited(6):
        json = readKeyValueList(reader, endOfNext(reader), depth + 1)
        plain = null
        break
      case lengthDelimited(7):
        json = `"${Buffer.from(reader.bytes()).toString('base64')}"`
        break
      default:
        reader.skipType(tag & 7, 0, tag >>> 3)
    }
  }
  if (reader.pos !== end) throw new RangeError('a value is longer than announced')
  plainOfLastValue = plain
  return json
}

const readArray = (reader: Reader, end: number, depth: number): string => {
  if (depth > maxValueDepth) {
    reader.pos = end
    return '"…"'
  }
  const items: string[] = []
  readMessage(reader, end, (tag) => {
    if (tag !== lengthDelimited(1)) return false
    items.push(readValue(reader, endOfNext(reader), depth))
    return true
  })
  return `[${items.join(',')}]`
}

const readKeyValueList = (reader: Reader, end: number, depth: number): string => {
  if (depth > maxValueDepth) {
    reader.pos = end
    return '"…"'
  }
  const members: string[] = []
  readMessage(reader, end, (tag) => {
    if (tag !== lengthDelimited(1)) return false
    readKeyValue(reader, endOfNext(reader), depth, (name, value) => {
      members.push(quoteName(name) + value)
    })
    return true
  })
  return `{${members.join(',')}}`
}

const readFixed64 = (reader: Reader): bigint => {
  const low = reader.fixed32()
  return (BigInt(reader.fixed32()) << 32n) | BigInt(low)
}

/** A signed varint as decimal digits. Most are small and need no bigint. */
const readInt64 = (reader: Reader): string => {
  const first = reader.buf[reader.pos]
  if (first !== undefined && first < 128) {
    reader.pos++
    return String(first)
  }
  return reader.int64().toString()
}
