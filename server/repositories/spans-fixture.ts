import type { SpanRecord } from '#server/domain/traces/span-record.ts'

/** For tests: ids from small numbers. */
export const traceBytes = (n: number): Buffer => Buffer.from(n.toString(16).padStart(32, '0'), 'hex')
export const spanBytes = (n: number): Buffer => Buffer.from(n.toString(16).padStart(16, '0'), 'hex')

/** For tests: a span with these parts and the plainest values for the rest. */
export const makeSpan = (trace: number, span: number, parts: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: traceBytes(trace),
  spanId: spanBytes(span),
  parentSpanId: null,
  name: 'work',
  kind: 1,
  service: 'shop',
  serviceVersion: null,
  startNs: 1_795_239_455_000_000_000n,
  endNs: 1_795_239_455_100_000_000n,
  status: 0,
  statusMessage: null,
  attributesJson: '{}',
  resourceJson: '{}',
  eventsJson: '[]',
  links: [],
  message: { topic: null, partition: null, offset: null, group: null },
  searchValues: [],
  ...parts,
})
