import type { HeaderView } from '#server/contracts/messages.ts'
import type { RawHeader } from './dead-letter.ts'
import { deadLetterConventions, type HeaderEncoding } from './dead-letter-conventions.ts'
import { lineageHeaders } from './replay-copy.ts'

type Known = {
  readonly encoding: HeaderEncoding | 'big-integer-millis' | 'schema-id'
  readonly meaning: string
}

const fieldMeanings: Readonly<Record<string, string>> = {
  originTopic: 'Topic where the message died',
  originPartition: 'Partition where it died',
  originOffset: 'Offset where it died',
  originTimestamp: 'Timestamp of the message that died',
  group: 'Consumer group that gave up on it',
  errorClass: 'Error class that the framework caught',
  causeClass: 'Class of its cause',
  message: 'Error message',
  stack: 'Stack trace',
}

const text = (meaning: string): Known => ({ encoding: 'text', meaning })

/** Headers that Spillway can explain, by exact name. Encodings follow from the name, never from a guess at the bytes. */
const known = new Map<string, Known>([
  ...deadLetterConventions.flatMap((convention) =>
    Object.entries(convention.fields).map(
      ([field, rule]) =>
        [rule.header, { encoding: rule.encoding, meaning: fieldMeanings[field] ?? '' }] as const,
    ),
  ),
  ['kafka_dlt-original-timestamp-type', text('How that timestamp was set')],
  [
    'retry_topic-attempts',
    { encoding: 'int32-be', meaning: 'Number of the next delivery: one more than were made' },
  ],
  [
    'retry_topic-original-timestamp',
    { encoding: 'big-integer-millis', meaning: 'When the first attempt began' },
  ],
  [
    'retry_topic-backoff-timestamp',
    { encoding: 'big-integer-millis', meaning: 'Not to be tried again before' },
  ],
  ['__connect.errors.connector.name', text('Connector that gave up')],
  ['__connect.errors.task.id', text('Task of the connector')],
  ['__connect.errors.stage', text('Stage of the connector that failed')],
  ['__connect.errors.class.name', text('Class that was running')],
  ['dead-letter-cause', text('Message of the cause')],
  ['traceparent', text('Trace context (W3C)')],
  ['tracestate', text('Trace context of vendors (W3C)')],
  ['baggage', text('Baggage (W3C)')],
  ['b3', text('Trace context (B3)')],
  ['X-B3-TraceId', text('Trace id (B3)')],
  ['X-B3-SpanId', text('Span id (B3)')],
  ['X-B3-Sampled', text('Whether the trace is kept (B3)')],
  ['uber-trace-id', text('Trace context (Jaeger)')],
  ['x-datadog-trace-id', text('Lower half of the trace id, decimal (Datadog)')],
  ['x-datadog-parent-id', text('Span id, decimal (Datadog)')],
  ['content-type', text('Media type of the value')],
  ['ce_id', text('CloudEvents: id of the event')],
  ['ce_source', text('CloudEvents: where it happened')],
  ['ce_type', text('CloudEvents: type of the event')],
  ['ce_specversion', text('CloudEvents: version of the specification')],
  ['ce_time', text('CloudEvents: when it happened')],
  ['ce_subject', text('CloudEvents: subject')],
  ['correlation-id', text('Ties messages of one conversation')],
  ['causation-id', text('The message that caused this one')],
  ['idempotency-key', text('Lets a consumer drop repeats')],
  ['__TypeId__', text('Java class of the value (Spring)')],
  ['kafka_replyTopic', text('Where the sender waits for a reply (Spring)')],
  ['kafka_correlationId', text('Ties reply to request (Spring)')],
  ...Object.entries(lineageHeaders).map(([name, meaning]) => [name, text(meaning)] as const),
  ['__key_schema_id', { encoding: 'schema-id', meaning: 'Schema of the key, kept beside it (Confluent)' }],
  [
    '__value_schema_id',
    { encoding: 'schema-id', meaning: 'Schema of the value, kept beside it (Confluent)' },
  ],
])

const utf8 = new TextDecoder('utf-8', { fatal: true })

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const readAs = (
  bytes: Uint8Array,
  encoding: Known['encoding'],
): Pick<HeaderView, 'text' | 'encoding'> | null => {
  if (encoding === 'int32-be' && bytes.length === 4)
    return { text: String(view(bytes).getInt32(0)), encoding: 'int32' }
  if (encoding === 'int32-be' && bytes.length === 1)
    return { text: String(view(bytes).getInt8(0)), encoding: 'int32' }
  if (encoding === 'int64-be' && bytes.length === 8)
    return { text: view(bytes).getBigInt64(0).toString(), encoding: 'int64' }
  if (encoding === 'big-integer-millis' && bytes.length > 0 && bytes.length <= 8) {
    const millis = BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
    return { text: millis.toString(), encoding: 'int64' }
  }
  // As Confluent's serializers write it: 0 and a 32-bit id, or 1 and a GUID of 16 bytes.
  if (encoding === 'schema-id' && bytes.length === 5 && bytes[0] === 0)
    return { text: String(view(bytes).getInt32(1)), encoding: 'int32' }
  if (encoding === 'schema-id' && bytes.length === 17 && bytes[0] === 1)
    return {
      text: Buffer.from(bytes.subarray(1))
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      encoding: 'hex',
    }
  return null
}

const readPlain = (bytes: Uint8Array): Pick<HeaderView, 'text' | 'encoding'> => {
  try {
    return { text: utf8.decode(bytes), encoding: 'text' }
  } catch {
    return { text: Buffer.from(bytes).toString('hex'), encoding: 'hex' }
  }
}

/** A header for people: readable by its known encoding, else as UTF-8, else in hexadecimal, with what it means. */
export const describeHeader = ({ name, value }: RawHeader, includeRaw: boolean): HeaderView => {
  const explained = known.get(name)
  const meaning = explained?.meaning ?? null
  if (value === null) return { name, text: null, encoding: 'null', meaning, raw: null }
  const read = (explained && readAs(value, explained.encoding)) ?? readPlain(value)
  return { name, ...read, meaning, raw: includeRaw ? Buffer.from(value).toString('base64') : null }
}
