import { z } from 'zod'
import { decimal64, epochMs, spanId, topicName, traceId } from './scalars.ts'

export const spanKind = z.enum(['internal', 'server', 'client', 'producer', 'consumer'])
/** Nanosecond times travel as decimal text. */
export const spanView = z.object({
  traceId,
  spanId,
  parentSpanId: spanId.nullable(),
  name: z.string(),
  kind: spanKind,
  service: z.string(),
  serviceVersion: z.string().nullable(),
  startNs: decimal64,
  durationNs: decimal64,
  status: z.enum(['unset', 'ok', 'error']),
  statusMessage: z.string().nullable(),
  /** Attribute values as JSON text, 64-bit integers exact. */
  attributes: z.array(z.object({ name: z.string(), text: z.string() })),
  events: z.array(
    z.object({
      name: z.string(),
      atNs: decimal64,
      attributes: z.array(z.object({ name: z.string(), text: z.string() })),
    }),
  ),
  links: z.array(z.object({ traceId, spanId })),
  /** The message this span sent or processed, where its attributes say so. */
  message: z
    .object({
      topic: topicName,
      partition: z.number().int().nullable(),
      offset: decimal64.nullable(),
      group: z.string().nullable(),
    })
    .nullable(),
})
export type SpanView = z.infer<typeof spanView>

/** A hop from a producing span to a consuming span: one for each message, also of a batch. */
export const messageEdge = z.object({
  producer: spanId,
  consumer: spanId,
  /** Traces of the two where links join traces: a span id is unique within its trace alone. */
  producerTraceId: traceId.optional(),
  consumerTraceId: traceId.optional(),
  topic: topicName,
  partition: z.number().int().nullable(),
  offset: decimal64.nullable(),
  /** Time between the end of the sending and the start of the processing. */
  waitedNs: decimal64,
  /** The message was written again in between, at a time that nobody knows: the wait is the longest that it can be. */
  estimated: z.boolean().optional(),
  /** It stood in a retry topic: its wait is backoff and queue. */
  backoff: z.boolean().optional(),
  by: z.enum(['parent', 'link', 'position']),
})
export type MessageEdge = z.infer<typeof messageEdge>

/** How long messages waited in one topic: in its queue, or for their next try in a retry topic. */
export const topicWait = z.object({
  topic: topicName,
  kind: z.enum(['queue', 'retry']),
  /** Time during which at least one message waited there: waits that overlap count once. */
  waitedNs: decimal64,
  messages: z.number().int(),
})
export type TopicWait = z.infer<typeof topicWait>

export const traceDetail = z.object({
  traceId,
  spans: z.array(spanView),
  edges: z.array(messageEdge),
  services: z.array(z.string()),
  startNs: decimal64,
  durationNs: decimal64,
  errors: z.number().int(),
  waitedNs: decimal64,
  /** By topic, longest first. */
  waits: z.array(topicWait).optional(),
  /** Spans were left out because the trace is larger than the budget. */
  truncated: z.boolean(),
  deadLetters: z.array(
    z.object({
      id: z.string(),
      topic: topicName,
      errorClass: z.string().nullable(),
      /** Number of the replay that settled it since; null while none has. */
      settledByReplay: z.number().int().nullable().optional(),
    }),
  ),
})
export type TraceDetail = z.infer<typeof traceDetail>

export const traceRow = z.object({
  traceId,
  rootName: z.string(),
  rootService: z.string(),
  services: z.array(z.string()),
  spans: z.number().int(),
  errors: z.number().int(),
  startMs: epochMs,
  durationNs: decimal64,
  /** Time that messages waited between spans of this trace, and where, longest first; unset where it was not looked. */
  waitedNs: decimal64.optional(),
  waits: z.array(topicWait).optional(),
})
export type TraceRow = z.infer<typeof traceRow>
export const traceListQuery = z.object({
  service: z.string().max(200).optional(),
  errors: z.stringbool().default(false),
  /** Matches attribute values and trace ids. */
  q: z.string().max(200).default(''),
  minDurationMs: z.coerce.number().min(0).optional(),
  minutes: z.coerce.number().int().min(1).max(10_080).default(60),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type TraceListQuery = z.infer<typeof traceListQuery>
export const traceList = z.object({
  traces: z.array(traceRow),
  services: z.array(z.string()),
  nextCursor: z.string().nullable(),
  lastSpanAt: epochMs.nullable(),
})
export type TraceList = z.infer<typeof traceList>
export const traceParams = z.object({ traceId })
