import { z } from 'zod'
import { letterStandings, mostGroupsOfPlan, mostLettersOfPlan, outcomes } from './choices.ts'
import { planEdit } from './letter-edits.ts'
import { replayControl, replayControlRequest } from './replay-control.ts'
import { planRequeue } from './requeues.ts'
import { connectionId, decimal64, epochMs, position, topicName, traceId } from './scalars.ts'

export const outcome = z.enum(outcomes)
export type Outcome = z.infer<typeof outcome>
export const replayState = z.enum([
  'scheduled',
  'running',
  'paused',
  'cancelling',
  'following',
  'done',
  'cancelled',
  'failed',
])
export type ReplayState = z.infer<typeof replayState>

/** What to replay: failure groups whole, letters picked by hand, or all that fit a filter. */
export const replaySelection = z.object({
  failureGroupId: z.string().optional(),
  /** Several of them, as the inbox shows them. */
  failureGroupIds: z.array(z.string().max(64)).min(1).max(mostGroupsOfPlan).optional(),
  letterIds: z.array(z.string()).max(mostLettersOfPlan).optional(),
  /** All letters of a list as it is filtered, held to those that were indexed by then. */
  filter: z
    .object({
      failureGroup: z.string().optional(),
      topic: topicName.optional(),
      partition: z.number().int().min(0).max(2_147_483_647).optional(),
      key: z.string().max(1_000).optional(),
      /** Times of death: the first, and the one after the last. */
      diedFrom: epochMs.optional(),
      diedTo: epochMs.optional(),
      standing: z.enum(letterStandings).optional(),
      q: z.string().trim().min(1).max(200).optional(),
      upToId: z.string().optional(),
    })
    .optional(),
  /** The letters of an earlier plan, to be planned otherwise. */
  planId: z.string().optional(),
  /** Of all these only those that died in this topic. */
  originTopic: topicName.optional(),
})
export const timestampRule = z.enum(['now', 'keep'])
export const planReplayRequest = z.object({
  selection: replaySelection,
  /** Null: each letter goes to its own origin topic. */
  targetTopic: topicName.nullable().default(null),
  /** The connection that copies are written to; null or left out: that of the letters. */
  targetConnection: connectionId.nullish(),
  /** Take also letters whose message was replayed as often as one may be. */
  mayLoop: z.boolean().optional(),
  /** Which timestamp copies have: that of sending (default), or that of the message that died. */
  timestamps: timestampRule.optional(),
})
export type PlanReplayRequest = z.infer<typeof planReplayRequest>

/** How a group reads. Kafka does not tell; `unknown` until an operator declares it. */
export const groupIsolation = z.object({
  isolation: z.enum(['committed', 'uncommitted', 'unknown']),
  declaredBy: z.string().nullable(),
  declaredAt: epochMs.nullable(),
})
export type GroupIsolation = z.infer<typeof groupIsolation>
export const declareGroupIsolationRequest = groupIsolation.pick({ isolation: true })

/** How copies are sent: in Kafka transactions with the ledger, or by an idempotent producer, and why so. */
export const replaySending = z.object({
  mode: z.enum(['transactions', 'at-least-once']),
  why: z.string().nullable(),
})

/** A connection that copies are written to and their letters do not stand on. */
export const targetConnection = z.object({
  id: connectionId,
  name: z.string(),
  /** Two connections may lead to one cluster: then it is a target like any other there. */
  isSameCluster: z.boolean(),
})

export const planFinding = z.object({
  severity: z.enum(['ready', 'warning', 'refused']),
  code: z.string(),
  sentence: z.string(),
  count: z.number().int(),
  letterIds: z.array(z.string()),
  /** Of a requeue, instead of letters: where its records stand in the retry topic. */
  positions: z.array(z.string()).optional(),
  /** What the operator has to agree to before it is sent. */
  consent: z.string().optional(),
})
export const replayPlan = z.object({
  planId: z.string(),
  frozenAt: epochMs,
  total: z.number().int(),
  ready: z.number().int(),
  targets: z.array(
    z.object({
      topic: topicName,
      partitions: z.number().int(),
      count: z.number().int(),
      /** How the copies' partitions are chosen, and how well that is proven. Missing in plans of before that was told. */
      partition: z.string().optional(),
    }),
  ),
  findings: z.array(planFinding),
  /** How the letters were chosen, in words, and of how many failure groups they are. */
  selection: z.object({ words: z.string(), groups: z.number().int() }).optional(),
  /** Where the dead-letter partitions ended when the selection was frozen, and how many letters are of each. */
  sources: z
    .array(
      z.object({ topic: topicName, partition: z.number().int(), end: decimal64, letters: z.number().int() }),
    )
    .optional(),
  /** What the operator has chosen beside the letters. */
  choice: z
    .object({
      targetTopic: topicName.nullable(),
      targetConnection: connectionId.nullish(),
      mayLoop: z.boolean(),
      timestamps: timestampRule,
    })
    .optional(),
  /** The other connection that copies go to; null or left out: they stay on that of the letters. */
  targetConnection: targetConnection.nullish(),
  /** Retry topics that may be the target, with who reads them, and who of the origin's readers would be spared. */
  retryTopics: z
    .array(z.object({ topic: topicName, groups: z.array(z.string()), spared: z.array(z.string()) }))
    .optional(),
  /** Every group that will receive the copies, with its lag. */
  readers: z.array(
    z.object({
      group: z.string(),
      topic: topicName,
      lagMessages: decimal64.nullable(),
      reads: groupIsolation,
    }),
  ),
  /** Share groups of the cluster: Kafka does not tell which topics they read. */
  shareGroups: z.array(z.string()).optional(),
  /** How copies will be sent, and what the operator may rely on; null: it could not be asked. */
  sending: replaySending.nullable(),
  guarantee: z.string(),
  /** Letters among the ready ones that were sent before: sending them again is a new attempt and needs a reason. */
  resent: z.number().int(),
  strippedHeaders: z.array(z.string()),
  addedHeaders: z.array(z.object({ name: z.string(), meaning: z.string() })),
  writeRefusedBecause: z.string().nullable(),
  /** How long a consumed copy must not die again before it counts as settled. */
  quietMs: z.number(),
  /** When retention deletes the first and the last of the letters that may be sent; null: never, or not known. */
  expiry: z.object({ firstAt: epochMs, lastAt: epochMs }).nullable(),
  environment: z.object({ name: z.string(), production: z.boolean() }),
  /** Set when the plan was started: it is the record of that replay then, and can not be started again. */
  started: z.object({ replayId: z.string(), number: z.number().int(), at: epochMs }).nullable(),
  /** What is sent instead of the one letter of the plan; null: its letters are sent as they died. */
  edit: planEdit.nullable(),
  /** Set where the plan sends records that wait in a retry topic instead of dead letters. */
  requeue: planRequeue.optional(),
})
export type ReplayPlan = z.infer<typeof replayPlan>

export const startReplayRequest = z.object({
  planId: z.string(),
  /** Copies a second. */
  pacePerSecond: z.number().int().min(1).max(100_000).default(50),
  reason: z.string().max(500).default(''),
  /** Codes of the findings that the operator has agreed to. */
  consents: z.array(z.string()).max(20).optional(),
  ...replayControlRequest,
})

export const replaySummary = z.object({
  id: z.string(),
  number: z.number().int(),
  state: replayState,
  createdAt: epochMs,
  startedBy: z.string(),
  reason: z.string(),
  failureGroupId: z.string().nullable(),
  title: z.string(),
  targets: z.array(topicName),
  targetConnection: targetConnection.nullish(),
  total: z.number().int(),
  sent: z.number().int(),
  pacePerSecond: z.number().int(),
  /** Measured over the last seconds; null when nothing is being sent. */
  ratePerSecond: z.number().nullable(),
  /** Of keys, values and headers, measured over the same seconds. */
  rateBytesPerSecond: z.number().nullable(),
  remainingMs: z.number().nullable(),
  outcomes: z.record(outcome, z.number().int()),
  finishedAt: epochMs.nullable(),
  failure: z.string().nullable(),
  /** Null until the first copy is about to be sent. */
  sending: replaySending.nullable(),
  /** Copies of aborted batches that readers of uncommitted messages may have seen. */
  abortedCopies: z.number().int(),
  control: replayControl,
  /** How long a consumed copy must not be seen again before it counts as settled, and why so long. */
  quiet: z.object({ quietMs: z.number().int(), why: z.string() }).nullable(),
})
export type ReplaySummary = z.infer<typeof replaySummary>
export const replayListQuery = z.object({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export const replayList = z.object({ replays: z.array(replaySummary), nextCursor: z.string().nullable() })
export type ReplayList = z.infer<typeof replayList>

export const replayItem = z.object({
  id: z.string(),
  letterId: z.string(),
  /** Its source is a message of a retry topic, and no dead letter has its id. */
  isWaiting: z.boolean().optional(),
  source: z.object({ topic: topicName, position }),
  keyText: z.string().nullable(),
  target: z.object({ topic: topicName, position: position.nullable() }),
  outcome,
  /** Evidence in words: "consumed by payments by 2026-11-21 03:03:14 UTC (offset 88,213 committed)". */
  proof: z.string(),
  sentAt: epochMs.nullable(),
  traceId: traceId.nullable(),
  /** The letter that the copy has become again, where it died again. */
  returnedAs: z
    .object({
      letterId: z.string(),
      failureGroupId: z.string(),
      traceId: traceId.nullable(),
      /** The connection that it is a letter of; left out: that of the replay. */
      connection: connectionId.optional(),
    })
    .nullable(),
  /** The trace that its copy begins; null or left out: it goes on in the old one. */
  copyTraceId: traceId.nullable().optional(),
})
export type ReplayItem = z.infer<typeof replayItem>
export const replayItemList = z.object({ items: z.array(replayItem), nextCursor: z.string().nullable() })
export const replayItemQuery = z.object({
  outcome: outcome.optional(),
  /** Only copies that came back as letters of this failure group. */
  returnedAs: z.string().max(64).optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
