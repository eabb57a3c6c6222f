import { z } from 'zod'
import { capability } from './capabilities.ts'
import { topicFilters, topicSorts } from './choices.ts'
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
  /** Timestamp of the newest message; null where there is none or the broker does not tell. */
  lastMessageAt: epochMs.nullable(),
  /** Null: the worker has not sampled the groups. */
  groups: z.array(topicGroup).nullable(),
  /** The largest lag of its groups. */
  lagMessages: decimal64.nullable(),
})
export type TopicRow = z.infer<typeof topicRow>

export const topicSort = z.enum(topicSorts)
/**
 * What a list may be narrowed to: partitions offline or under-replicated, compacted, internal, dead letters and retries,
 * without messages, without a group that has committed.
 */
export const topicFilter = z.enum(topicFilters)
export type TopicFilter = z.infer<typeof topicFilter>
const filtersApart = new RegExp(`^((${topicFilters.join('|')})(,(?!$)|$))*$`)
export const topicListQuery = z.object({
  q: z.string().max(249).default(''),
  internal: z.stringbool().default(false),
  /** Filters apart by commas: a topic must fit all of them. */
  only: z
    .string()
    .regex(filtersApart, `filters apart by commas: ${topicFilters.join(', ')}`)
    .default(''),
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
  /** Of the leader's replica. */
  sizeBytes: decimal64.nullable(),
  /** Of each replica whose broker told. */
  replicaSizes: z.array(z.object({ broker: z.number().int(), sizeBytes: decimal64 })),
  lastMessageAt: epochMs.nullable(),
})
export type PartitionRow = z.infer<typeof partitionRow>
export const settingSource = z.enum(['topic', 'broker-dynamic', 'broker-static', 'default', 'unknown'])
export const topicSettingRow = z.object({
  name: z.string(),
  /** Null: secret, or not set. */
  value: z.string().nullable(),
  /** The value in a unit that can be read: 7 d. Null where the value says it already. */
  readable: z.string().nullable(),
  /** What holds without the topic's own value. */
  defaultValue: z.string().nullable(),
  defaultReadable: z.string().nullable(),
  source: settingSource,
  isReadOnly: z.boolean(),
  explanation: z.string().nullable(),
  /** Values among which it chooses; empty where it takes any of its kind. */
  choices: z.array(z.string()),
})
export type TopicSettingRow = z.infer<typeof topicSettingRow>
export const topicDetail = z.object({
  data: topicRow.extend({
    topicId: z.string().nullable(),
    partitionRows: z.array(partitionRow),
    config: z.array(topicSettingRow),
    /** What this connection and user may do with it. */
    may: z.object({ delete: capability, changeSettings: capability, addPartitions: capability }),
  }),
  degraded: z.array(degradedSource),
  checkedAt: epochMs,
})
export type TopicDetail = z.infer<typeof topicDetail>

export const topicFormatsRequest = z.object({ topics: z.array(topicName).max(200) })
export const topicFormats = z.object({
  topics: z.array(
    z.object({
      topic: topicName,
      /** What the newest messages decode as, most frequent first: `avro`, `json`, … Empty: there is no message. */
      key: z.array(z.string()),
      value: z.array(z.string()),
      messages: z.number().int(),
      sampledAt: epochMs,
      /** Why nothing was sampled. */
      problem: z.string().nullable(),
    }),
  ),
  /** Topics are left out for which the time was not enough: who asks again gets more. */
  partial: z.boolean(),
})
export type TopicFormats = z.infer<typeof topicFormats>

/** A setting that a topic may be given when it is made. */
export const topicSettingCatalogue = z.object({
  settings: z.array(z.object({ name: z.string(), explanation: z.string(), choices: z.array(z.string()) })),
  brokers: z.number().int(),
  mayCreate: capability,
})
export type TopicSettingCatalogue = z.infer<typeof topicSettingCatalogue>
