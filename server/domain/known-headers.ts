import { titleOfConvention } from '#server/contracts/convention-titles.ts'
import type { HeaderView } from '#server/contracts/messages.ts'
import type { DeathField, RawHeader } from './dead-letter.ts'
import { type DeadLetterConvention, deadLetterConventions, rulesOf } from './dead-letter-conventions.ts'
import type { DeadLetterRules } from './dead-letter-rules.ts'
import { editedHeaders } from './edit-headers.ts'
import { type HeaderEncoding, readEncoded } from './header-encoding.ts'
import { lineageHeaders } from './replay-copy.ts'
import { requeueHeaders } from './requeue.ts'

type Known = {
  readonly encoding: HeaderEncoding | 'schema-id'
  readonly meaning: string
}

const fieldMeanings: Readonly<Record<DeathField, string>> = {
  originTopic: 'Topic where the message died',
  originPartition: 'Partition where it died',
  originOffset: 'Offset where it died',
  originTimestamp: 'Timestamp of the message that died',
  group: 'Consumer group that gave up on it',
  errorClass: 'Error class that the framework caught',
  causeClass: 'Class of its cause',
  message: 'Error message',
  stack: 'Stack trace',
  attempts: 'Deliveries before it gave up',
  diedAt: 'When it gave up',
}

const text = (meaning: string): Known => ({ encoding: 'text', meaning })

/** Names that applications use as well say whose they would be. */
const explain = (convention: DeadLetterConvention): (readonly [string, Known])[] =>
  rulesOf(convention).map(([field, { header, encoding }]) => {
    const whose = convention.hasCommonNames ? ` (${titleOfConvention(convention.name)})` : ''
    return [header, { encoding, meaning: fieldMeanings[field] + whose }]
  })

/** Headers that Spillway can explain, by exact name. Encodings follow from the name, never from a guess at the bytes. */
const known = new Map<string, Known>([
  ...deadLetterConventions.flatMap(explain),
  ['kafka_dlt-original-timestamp-type', text('How that timestamp was set')],
  [
    'retry_topic-attempts',
    { encoding: 'int32-or-byte', meaning: 'Number of the next delivery: one more than were made' },
  ],
  [
    'retry_topic-original-timestamp',
    { encoding: 'big-integer', meaning: 'Timestamp of the message that failed first' },
  ],
  ['retry_topic-backoff-timestamp', { encoding: 'big-integer', meaning: 'Not to be tried again before' }],
  ['__connect.errors.connector.name', text('Connector that gave up')],
  ['__connect.errors.task.id', text('Task of the connector')],
  ['__connect.errors.stage', text('Stage of the connector that failed')],
  ['__connect.errors.class.name', text('Class that was running')],
  ['dead-letter-cause', text('Message of the cause')],
  ['delayed-retry-cause', text('Message of the cause')],
  ['delayed-retry-count', text('Retries so far: one less than the deliveries')],
  ['delayed-retry-first-processing-timestamp', text('When it was first processed')],
  ['handler_poisoned', text('Handler that gave up')],
  ['subscriber_poisoned', text('Subscriber of that handler')],
  ['kafka_throwable_code', text('Code of the error')],
  ['MT-Reason', text('Why it was moved away')],
  ['MT-Fault-RetryCount', text('Retries that were made, without the first delivery')],
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
  ...Object.entries({ ...lineageHeaders, ...editedHeaders, ...requeueHeaders }).map(
    ([name, meaning]) => [name, text(meaning)] as const,
  ),
  ['__key_schema_id', { encoding: 'schema-id', meaning: 'Schema of the key, kept beside it (Confluent)' }],
  [
    '__value_schema_id',
    { encoding: 'schema-id', meaning: 'Schema of the value, kept beside it (Confluent)' },
  ],
])

const utf8 = new TextDecoder('utf-8', { fatal: true })

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Encodings that are not text, by what a screen calls them. */
const shownAs: Partial<Record<HeaderEncoding, HeaderView['encoding']>> = {
  'int32-be': 'int32',
  'int32-or-byte': 'int32',
  'int64-be': 'int64',
  'big-integer': 'int64',
}

const readAs = (
  bytes: Uint8Array,
  encoding: Known['encoding'],
): Pick<HeaderView, 'text' | 'encoding'> | null => {
  if (encoding !== 'schema-id') {
    const shown = shownAs[encoding]
    const text = shown && readEncoded(bytes, encoding)
    return shown === undefined || text === undefined ? null : { text, encoding: shown }
  }
  // As Confluent's serializers write it: 0 and a 32-bit id, or 1 and a GUID of 16 bytes.
  if (bytes.length === 5 && bytes[0] === 0)
    return { text: String(view(bytes).getInt32(1)), encoding: 'int32' }
  if (bytes.length === 17 && bytes[0] === 1)
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

/** What a header of the operator's own convention means. */
const explainConfigured = (name: string, rules: DeadLetterRules | undefined): Known | undefined => {
  const [use] = rules?.uses.get(name) ?? []
  const compiled = use && rules?.conventions[use.convention]
  const slot = compiled?.slots[use?.slot ?? -1]
  return compiled && slot
    ? {
        encoding: slot.rule.encoding,
        meaning: `${fieldMeanings[slot.field]} (${titleOfConvention(compiled.convention.name)})`,
      }
    : undefined
}

/**
 * A header for people: readable by its known encoding, else as UTF-8, else in hexadecimal, with what it means. `rules`
 * are those of the connection, which may know headers of a convention of its operator's own.
 */
export const describeHeader = (
  { name, value }: RawHeader,
  includeRaw: boolean,
  rules?: DeadLetterRules,
): HeaderView => {
  const explained = known.get(name) ?? explainConfigured(name, rules)
  const meaning = explained?.meaning ?? null
  if (value === null) return { name, text: null, encoding: 'null', meaning, raw: null }
  const read = (explained && readAs(value, explained.encoding)) ?? readPlain(value)
  return { name, ...read, meaning, raw: includeRaw ? Buffer.from(value).toString('base64') : null }
}
