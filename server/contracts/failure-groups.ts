import { z } from 'zod'
import {
  failureGroupStates,
  inboxDeadlines,
  inboxFilters,
  inboxSorts,
  letterStandings,
  listedFailureGroups,
  mostGroupsOfPlan,
  settableGroupStates,
} from './choices.ts'
import { confidenceLevel, convention } from './conventions.ts'
import { groupChange } from './failure-grouping.ts'
import { lastReplay } from './last-replay.ts'
import { disposition, groupStandings } from './letter-decisions.ts'
import { originRecord, recordView, rehydration } from './letter-origin.ts'
import { degradedSource } from './problem.ts'
import { decimal64, epochMs, groupId, position, topicName, traceId } from './scalars.ts'

export const failureGroupState = z.enum(failureGroupStates)

/** A muted group comes back with more letters than `pastLetters`, or with a letter that comes after `untilMs`. */
export const muteTerms = z.object({
  pastLetters: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).nullable(),
  untilMs: epochMs.nullable(),
})
/** How a closed group came back: what it was, by whom, since when, and what brought it back. */
export const regression = z.object({
  was: z.enum(['resolved', 'archived', 'muted']),
  by: z.string().nullable(),
  sinceMs: epochMs.nullable(),
  atMs: epochMs,
  because: z.enum(['died', 'grew', 'recurred', 'restored']),
})

export const failureGroupRow = z.object({
  id: z.string(),
  errorClass: z.string().nullable(),
  rootCause: z.string().nullable(),
  /** Message with its varying parts replaced by *. */
  message: z.string().nullable(),
  frame: z.string().nullable(),
  originTopic: topicName.nullable(),
  group: groupId.nullable(),
  deadLetterTopics: z.array(topicName),
  conventions: z.array(convention),
  /** How sure the origin of its newest letter is. */
  confidence: confidenceLevel,
  /** The record of its newest letter holds no payload: it points to its origin record. */
  isPointer: z.boolean(),
  count: z.number().int(),
  /** Different keys of its letters, beyond some hundred estimated within some 2 %; null while they are counted anew. */
  keys: z.object({ count: z.number().int(), isExact: z.boolean() }).nullable(),
  /** Services in the traces of its newest letters, those that read as its consumer group first. */
  services: z.array(z.string()),
  /** Deaths a minute of the last hour, oldest first, 60 numbers. */
  trend: z.array(z.number().int()),
  perMinute: z.number(),
  firstSeenAt: epochMs,
  lastSeenAt: epochMs,
  /** When the oldest letter will be deleted by retention; null when kept for ever or unknown. */
  firstExpiresAt: epochMs.nullable(),
  /** When the first origin record will be deleted; where its letter does not tell how old it is, at the latest. */
  originExpiresAt: epochMs.nullable(),
  /** When the first of its letters can not be sent again any more: it is deleted then and so is its origin record, or where it holds no payload one of the two. Null when never, or not known. */
  unrecoverableAt: epochMs.nullable(),
  /** Spillway keeps its letters before they are deleted; what is unrecoverable then are those that it does not keep. */
  isKept: z.boolean(),
  state: failureGroupState,
  stateBy: z.string().nullable(),
  stateAt: epochMs.nullable(),
  assignee: z.string().nullable(),
  /** While muted. */
  mute: muteTerms.nullable(),
  /** While open again after it had been closed. */
  regression: regression.nullable(),
})
export type FailureGroupRow = z.infer<typeof failureGroupRow>

export const indexFreshness = z.object({
  /** Letters in dead-letter topics that the index has not read yet. */
  behindMessages: decimal64.nullable(),
  lastIndexedAt: epochMs.nullable(),
  stale: z.boolean(),
})

export const failureGroupListQuery = z.object({
  q: z.string().max(200).default(''),
  state: z.enum(inboxFilters).default('open'),
  /** Unless given, the fastest growing first. */
  sort: z.enum(inboxSorts).optional(),
  desc: z.stringbool().optional(),
  /** Only those of which something becomes unrecoverable within that time. */
  within: z.enum(inboxDeadlines).optional(),
  topic: topicName.optional(),
  group: groupId.optional(),
  /** So many of those that fit, the first in their order. */
  limit: z.coerce.number().int().min(1).max(mostGroupsOfPlan).default(listedFailureGroups),
})
export const failureGroupList = z.object({
  data: z.object({
    groups: z.array(failureGroupRow),
    unfilteredTotal: z.number().int(),
    /** How many fit. */
    fittingTotal: z.number().int(),
    /** Only so many of those are listed, the first in their order; null: all are. */
    cutAt: z.number().int().nullable(),
    /** Only so many were looked at for the deadline and put in order, the last seen ones; null: all were. */
    rankedOf: z.number().int().nullable(),
    counts: z.record(failureGroupState, z.number().int()),
    index: indexFreshness,
  }),
  degraded: z.array(degradedSource),
  checkedAt: epochMs,
})
export type FailureGroupList = z.infer<typeof failureGroupList>

export const failureGroupDetail = failureGroupRow.extend({
  stack: z.string().nullable(),
  /** Stack lines, application frames marked. */
  stackLines: z.array(z.object({ text: z.string(), application: z.boolean() })),
  sampleLetterId: z.string().nullable(),
  /** How its letters stand. */
  standings: groupStandings,
  marks: z.array(z.object({ id: z.string(), atMs: epochMs, kind: z.string(), text: z.string() })),
  /** Notes and what was done to the group, newest first; at most 100. */
  events: z.array(
    z.object({
      id: z.string(),
      atMs: epochMs,
      actor: z.string(),
      kind: z.enum(['state', 'assignee', 'note', 'regression', 'letters', 'grouping']),
      text: z.string(),
    }),
  ),
  /** Merges and splits by hand that hold and made it what it is, newest first. */
  changes: z.array(groupChange),
  /** While letters are still moved after a change of the grouping: how many were looked through. */
  moving: z.object({ looked: z.number().int(), total: z.number().int() }).nullable(),
})
export type FailureGroupDetail = z.infer<typeof failureGroupDetail>

export const setFailureGroupState = z.object({
  state: z.enum(settableGroupStates),
  /** Until when it is muted: needed for `muted` and for nothing else. */
  mute: muteTerms.optional(),
  /** When the fix went out, with `fix-out` alone: becomes a mark on all charts. */
  fix: z
    .object({
      text: z.string().trim().min(1).max(200),
      service: z.string().max(200).optional(),
      atMs: epochMs,
    })
    .optional(),
})
export const assignFailureGroup = z.object({ assignee: z.string().trim().min(1).max(200).nullable() })
export const newFailureGroupNote = z.object({ text: z.string().trim().min(1).max(4_000) })

export const deadLetterRow = z.object({
  id: z.string(),
  failureGroupId: z.string(),
  topic: topicName,
  position,
  diedAt: epochMs,
  /** What tells `diedAt`: a header that its framework wrote it into; the letter's own timestamp; the origin's, which its framework copied (it died then or later);
   * the time of indexing, where the timestamp is absurd; a timestamp of which nobody says what it is of. */
  deathTimeSource: z.enum(['header', 'record', 'origin', 'indexed', 'unknown']),
  keyText: z.string().nullable(),
  convention,
  /** How sure its origin is. */
  confidence: confidenceLevel,
  /** The record holds no payload: it points to its origin record. */
  isPointer: z.boolean(),
  /** Deaths before this one of which its headers tell. */
  earlierDeaths: z.number().int(),
  originTopic: topicName.nullable(),
  originPosition: position.nullable(),
  errorClass: z.string().nullable(),
  message: z.string().nullable(),
  attempts: z.number().int().nullable(),
  traceId: traceId.nullable(),
  lastReplay,
  /** Null: nobody has put it away. */
  disposition: disposition.nullable(),
  /** The replay that parked it by hand; null or left out: it died. */
  parkedBy: z.object({ replayId: z.string(), number: z.number().int() }).nullable().optional(),
})
export type DeadLetterRow = z.infer<typeof deadLetterRow>
export const deadLetterListQuery = z.object({
  failureGroup: z.string().optional(),
  topic: topicName.optional(),
  /** Of the dead-letter topic. */
  partition: z.coerce.number().int().min(0).max(2_147_483_647).optional(),
  key: z.string().max(1000).optional(),
  /** Times of death: the first, and the one after the last. */
  diedFrom: z.coerce.number().int().min(0).max(8_640_000_000_000_000).optional(),
  diedTo: z.coerce.number().int().min(0).max(8_640_000_000_000_000).optional(),
  /** A text in its key, message, error or topics. */
  q: z.string().trim().min(1).max(200).optional(),
  standing: z.enum(letterStandings).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export const deadLetterList = z.object({
  letters: z.array(deadLetterRow),
  nextCursor: z.string().nullable(),
  total: z.number().int(),
  /** The latest letter that was indexed by now: what is chosen by a filter can be held to it. */
  upToId: z.string().nullable(),
  /** The last entry of the audit by now: what is decided about all that fit can be held to what its person has seen. */
  auditId: z.string(),
})
export type DeadLetterList = z.infer<typeof deadLetterList>

/** A fact with what tells it: a header and its place, the name of the dead-letter topic, or a mapping in spillway.yaml. */
const sourcedFact = z.union([
  z.object({
    value: z.string(),
    from: z.literal('header'),
    header: z.string(),
    index: z.number().int(),
  }),
  z.object({ value: z.string(), from: z.enum(['topic-name', 'mapping']) }),
])
export type SourcedFact = z.infer<typeof sourcedFact>
export const deathView = z.record(z.string(), sourcedFact)

export const deadLetterDetail = z.object({
  letter: deadLetterRow,
  /** The letter's own record, read from the broker now; null when retention has deleted it. */
  record: recordView.nullable(),
  recordProblem: z.string().nullable(),
  /** Parked by hand: from where (`topic@partition@offset`) and by which replay; null or left out: it died. */
  parked: z.object({ from: z.string(), replayId: z.string(), number: z.string() }).nullable().optional(),
  /** When its bytes were kept, because retention was about to delete it; `record` is what was kept once it has. */
  kept: z.object({ atMs: epochMs, isGone: z.boolean() }).nullable(),
  /** It is to be kept before it is deleted, and was not yet. */
  willBeKept: z.boolean(),
  /** Field name → value and what tells it. */
  death: deathView,
  /** Earlier deaths of which its headers tell, newest first. */
  history: z.array(deathView),
  /** Facts that its convention has headers for and this record lacks, or not readably. */
  missing: z.array(z.string()),
  /** How its headers were understood; null when the record is gone, so that only the index tells. */
  reading: z
    .object({
      /** Every convention whose headers it carries, that of the newest death first. */
      conventions: z.array(convention),
      confidence: confidenceLevel,
      /** Why the origin is so sure, in words. */
      why: z.string(),
      /** Facts that its convention never writes down. */
      neverWritten: z.array(z.string()),
    })
    .nullable(),
  stackLines: z.array(z.object({ text: z.string(), application: z.boolean() })),
  origin: originRecord,
  /** Of a letter that holds no payload: what became of its origin's. */
  rehydration,
  /** The trace of the message, with which record's headers name it: a letter may have lost them. */
  trace: z.object({ traceId, from: z.enum(['letter', 'origin']) }).nullable(),
  degraded: z.array(degradedSource),
})
export type DeadLetterDetail = z.infer<typeof deadLetterDetail>
