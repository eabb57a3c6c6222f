import { z } from 'zod'
import { environment } from './connections.ts'
import { decimal64, epochMs, groupId, topicName } from './scalars.ts'

const settingName = z.string().min(1).max(200)
const settingValue = z.string().max(10_000)
const partitionCount = z.number().int().min(1).max(100_000)

export const createTopicRequest = z.object({
  action: z.literal('create'),
  /** Any text: the plan says why a name is not allowed. */
  topic: z.string().max(300),
  partitions: partitionCount,
  replicationFactor: z.number().int().min(1).max(1_000),
  settings: z.record(settingName, settingValue),
})
/** A change of one topic. Settings that are null go back to what holds without the topic's own value. */
export const topicChangeRequest = z.discriminatedUnion('action', [
  createTopicRequest,
  z.object({
    action: z.literal('change-settings'),
    topic: topicName,
    settings: z.record(settingName, settingValue.nullable()),
  }),
  z.object({ action: z.literal('add-partitions'), topic: topicName, total: partitionCount }),
  z.object({ action: z.literal('delete'), topic: topicName }),
])
export type TopicChangeRequest = z.infer<typeof topicChangeRequest>
export type TopicChangeAction = TopicChangeRequest['action']

export const changeFinding = z.object({
  /** `refused`: the change is not possible. `warning`: it is, with a consequence to know. `fact`: what will be so. */
  severity: z.enum(['fact', 'warning', 'refused']),
  code: z.string(),
  sentence: z.string(),
  /** The input it is about: `topic`, `partitions`, `replicationFactor`, or a setting by its name. */
  field: z.string().nullable(),
})
export type ChangeFinding = z.infer<typeof changeFinding>

export const settingChange = z.object({
  name: z.string(),
  before: z.string().nullable(),
  beforeReadable: z.string().nullable(),
  after: z.string().nullable(),
  afterReadable: z.string().nullable(),
  /** The topic has no value of its own after the change. */
  isDefaultAfter: z.boolean(),
  explanation: z.string().nullable(),
})

export const topicChangePlan = z.object({
  title: z.string(),
  /** What the button says: the effect and its size. */
  effect: z.string(),
  /** What will happen, in its order. */
  steps: z.array(z.string()),
  findings: z.array(changeFinding),
  settings: z.array(settingChange),
  readers: z.array(z.object({ group: groupId, state: z.string(), lagMessages: decimal64 })),
  subjects: z.array(z.string()),
  /** Whether and how it can be taken back. */
  undo: z.string(),
  /** The name that must be typed before the change is made; null when nothing need be. */
  nameToType: z.string().nullable(),
  environment,
})
export type TopicChangePlan = z.infer<typeof topicChangePlan>

/** `unknown`: the broker was asked and nobody could find out what became of it. */
export const topicChangeState = z.enum(['planned', 'running', 'done', 'failed', 'unknown'])

export const topicChange = z.object({
  id: z.string(),
  request: topicChangeRequest,
  plan: topicChangePlan,
  state: topicChangeState,
  plannedAt: epochMs,
  plannedBy: z.string(),
  finishedAt: epochMs.nullable(),
  /** Why it failed, or what is not known. */
  failure: z.string().nullable(),
  /** What takes it back, once it is done and can be. */
  undo: topicChangeRequest.nullable(),
})
export type TopicChange = z.infer<typeof topicChange>

export const applyTopicChangeRequest = z.object({
  /** What was typed where the plan asks for the name. */
  typedName: z.string().max(300).default(''),
})
