import { z } from 'zod'
import { requeueActions } from './choices.ts'
import { lastReplay } from './last-replay.ts'
import { decimal64, epochMs, position, topicName, traceId } from './scalars.ts'

export const requeueAction = z.enum(requeueActions)
/** How records wait in a retry topic; null: by no convention that is known. */
export const retryConvention = z.enum(['spring-retryable', 'smallrye-retry'])

/** Which of the waiting records: those at given positions, or all that fit a filter. */
export const waitingFilter = z.object({
  key: z.string().max(1_000).optional(),
  /** A text in the error, without regard to case. */
  q: z.string().trim().min(1).max(200).optional(),
  /** Only records that are due until then; those of which it is not known are left out. */
  dueUntil: z.coerce.number().int().min(0).optional(),
})

export const waitingRecord = z.object({
  position,
  keyText: z.string().nullable(),
  /** When it came into the topic. */
  at: epochMs,
  /** When it is tried again; null: its headers do not tell. */
  dueAt: epochMs.nullable(),
  /** Deliveries that were made. */
  attempts: z.number().int().nullable(),
  errorClass: z.string().nullable(),
  message: z.string().nullable(),
  traceId: traceId.nullable(),
  lastReplay,
})

export const waitingReader = z.object({
  group: z.string(),
  /** Null: not told. */
  members: z.number().int().nullable(),
  /** How many records of the topic it has yet to read. */
  unread: z.number().int().nullable(),
  /** What it has committed on each partition; null: nothing. */
  positions: z.array(
    z.object({ partition: z.number().int(), committed: decimal64.nullable(), end: decimal64 }),
  ),
})

export const requeueRoute = z.object({
  action: requeueAction,
  targetTopic: z.string().nullable(),
  /** What becomes of the copies. */
  sentence: z.string(),
  why: z.string(),
  refusedBecause: z.string().nullable(),
})

/** What waits in a retry topic: what the groups that read it have not yet read. */
export const waitingList = z.object({
  topic: topicName,
  /** Null: the topic is the retry topic of no chain that is known; nothing can be requeued then. */
  origin: topicName.nullable(),
  delayMs: z.number().nullable(),
  convention: retryConvention.nullable(),
  readers: z.array(waitingReader),
  /** Why others may read the topic, too, and what to do; null: the broker has told of all. */
  readersProblem: z.string().nullable(),
  /** All that wait, and those of them that fit the filter, as far as was looked. */
  waiting: z.number().int(),
  matching: z.number().int(),
  /** False: more wait than are looked through at a time; the numbers are of the first ones. */
  isWhole: z.boolean(),
  firstDueAt: epochMs.nullable(),
  lastDueAt: epochMs.nullable(),
  routes: z.array(requeueRoute),
  /** The first ones, in the order in which they are due. */
  records: z.array(waitingRecord),
})
export type WaitingList = z.infer<typeof waitingList>
export const waitingQuery = waitingFilter.extend({
  limit: z.coerce.number().int().min(1).max(500).default(200),
})

export const planRequeueRequest = z.object({
  action: requeueAction,
  /** By hand; left out: all that wait and fit the filter. */
  positions: z.array(position).min(1).max(10_000).optional(),
  filter: waitingFilter.optional(),
})

/** What a plan that requeues does beside what every plan tells. */
export const planRequeue = z.object({
  action: requeueAction,
  topic: topicName,
  origin: topicName,
  convention: retryConvention.nullable(),
  sentence: z.string(),
  why: z.string(),
  /** Groups that read the retry topic, and will read the originals again. */
  groups: z.array(z.string()),
  retries: z.number().int(),
  lastRetryDelayMs: z.number().nullable(),
})
export type PlanRequeue = z.infer<typeof planRequeue>
