import { z } from 'zod'
import { degradedSource } from './problem.ts'
import { connectionId, decimal64, epochMs, groupId, topicName } from './scalars.ts'

export const topicKind = z.enum(['ordinary', 'internal', 'dead-letter', 'retry'])

export const topicGroup = z.object({ group: groupId, lagMessages: decimal64.nullable(), state: z.string() })

export const topicRow = z.object({
  name: topicName,
  kind: topicKind,
  partitions: z.number().int(),
  replicationFactor: z.number().int(),
  underReplicated: z.number().int(),
  offline: z.number().int(),
  /** End offsets minus start offsets; for compacted topics an upper bound. Null when the broker did not say. */
  messages: decimal64.nullable(),
  messagesAreUpperBound: z.boolean(),
  /** Null until two samples exist. */
  producedPerSecond: z.number().nullable(),
  sizeBytes: decimal64.nullable(),
  retentionMs: decimal64.nullable(),
  retentionBytes: decimal64.nullable(),
  cleanupPolicy: z.string(),
  groups: z.array(topicGroup),
  /** The largest lag of its groups. */
  lagMessages: decimal64.nullable(),
})
export type TopicRow = z.infer<typeof topicRow>

export const topicSort = z.enum(['name', 'messages', 'rate', 'size', 'lag', 'partitions'])
export const topicListQuery = z.object({
  q: z.string().max(249).default(''),
  internal: z.stringbool().default(false),
  sort: topicSort.default('name'),
  desc: z.stringbool().default(false),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type TopicListQuery = z.infer<typeof topicListQuery>
export const topicList = z.object({
  data: z.object({ topics: z.array(topicRow), total: z.number().int(), unfilteredTotal: z.number().int() }),
  degraded: z.array(degradedSource),
  checkedAt: epochMs,
})
export type TopicList = z.infer<typeof topicList>

export const topicParams = z.object({ connection: connectionId, topic: topicName })
export const partitionRow = z.object({
  partition: z.number().int(),
  leader: z.number().int().nullable(),
  replicas: z.array(z.number().int()),
  inSync: z.array(z.number().int()),
  startOffset: decimal64.nullable(),
  endOffset: decimal64.nullable(),
})
export const topicDetail = z.object({
  data: topicRow.extend({
    topicId: z.string().nullable(),
    partitionRows: z.array(partitionRow),
    config: z.array(z.object({ name: z.string(), value: z.string().nullable(), isDefault: z.boolean() })),
  }),
  degraded: z.array(degradedSource),
  checkedAt: epochMs,
})
export type TopicDetail = z.infer<typeof topicDetail>
