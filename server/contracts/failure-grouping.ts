import { z } from 'zod'
import { messageUses, regroupingKinds } from './choices.ts'
import { connectionParams, epochMs } from './scalars.ts'

const oneLine = (most: number) => z.string().trim().min(1).max(most)

/** How letters of some dead-letter topics are told apart: what makes two of them one failure. */
export const groupingRule = z
  .strictObject({
    /** Names of dead-letter topics; `*` stands for anything. */
    topics: oneLine(249),
    /** Whether they differ by the class of the root cause, by the first frame of the application, by origin topic and by consumer group. */
    byClass: z.boolean(),
    byFrame: z.boolean(),
    byOriginTopic: z.boolean(),
    byGroup: z.boolean(),
    /** Whether they differ by the message, its varying parts aside: always, only where there is no frame, or never. */
    byMessage: z.enum(messageUses),
    /** Parts of messages that vary beside numbers, ids and quoted text; `*` stands for anything but blanks, twice at most. */
    masks: z.array(oneLine(120).refine((mask) => mask.split('*').length <= 3, 'has * twice at most')).max(20),
    /** Beginnings of frames, of their functions or files, that are not the application's own. */
    ignoredFrames: z.array(oneLine(200)).max(50),
  })
  .refine(
    ({ byClass, byFrame, byMessage }) => byClass || byFrame || byMessage !== 'never',
    'name the class, the frame or the message: all letters would be one failure',
  )
export type GroupingRule = z.infer<typeof groupingRule>
/** The first rule whose topics fit decides; topics that fit none are grouped as Spillway does without rules. */
export const groupingRules = z.array(groupingRule).max(20)

export const regrouping = z.object({
  id: z.string(),
  kind: z.enum(regroupingKinds),
  startedBy: z.string(),
  startedAt: epochMs,
  /** Null while it is under way. */
  finishedAt: epochMs.nullable(),
  /** Letters that it looks through, has looked at, and has moved to another group. */
  total: z.number().int(),
  looked: z.number().int(),
  moved: z.number().int(),
  /** Letters whose records Kafka has deleted: they were grouped by what the index keeps of them. */
  gone: z.number().int(),
  /** Failure groups before and after, once it is done. */
  before: z.number().int().nullable(),
  after: z.number().int().nullable(),
  /** Why it does not go on at present. */
  problem: z.string().nullable(),
  /** Null: it moves letters for a merge or a split by hand. */
  rules: groupingRules.nullable(),
})
export type Regrouping = z.infer<typeof regrouping>

export const failureGrouping = z.object({
  rules: groupingRules,
  changedBy: z.string().nullable(),
  changedAt: epochMs.nullable(),
  /** The re-grouping under way; no other begins meanwhile. */
  running: regrouping.nullable(),
  /** Changes of the rules, newest first, at most 10. */
  history: z.array(regrouping),
})
export type FailureGrouping = z.infer<typeof failureGrouping>

export const groupingRequest = z.object({ rules: groupingRules })

const namedGroup = z.object({ id: z.string(), title: z.string(), letters: z.number().int() })
/** What rules would make of the failure groups. */
export const groupingPreview = z.object({
  now: z.number().int(),
  after: z.number().int(),
  /** Groups of now of which several would become one. */
  merging: z.array(z.object({ groups: z.array(namedGroup) })),
  /** Groups of now that would become several, each with the letters looked at. */
  splitting: z.array(
    z.object({
      group: namedGroup,
      into: z.array(z.object({ title: z.string(), letters: z.number().int() })),
    }),
  ),
  /** How many of now would merge, and how many would split. */
  merged: z.number().int(),
  split: z.number().int(),
  lookedAt: z.number().int(),
  total: z.number().int(),
  /** Of the letters looked at: those whose records Kafka has deleted, judged by what the index keeps. */
  gone: z.number().int(),
  /** Groups merged by hand whose merge would not hold, since their fingerprints change. */
  comingApart: z.number().int(),
})
export type GroupingPreview = z.infer<typeof groupingPreview>

/** Which letters of a group are split off; all that is named must fit. */
export const splitCondition = z
  .strictObject({
    /** Text in the message; `*` stands for anything. */
    message: oneLine(300).optional(),
    /** The dead-letter topic. */
    topic: oneLine(249).optional(),
    /** A header of the letter and its value as text. */
    header: z.strictObject({ name: oneLine(250), value: z.string().max(300) }).optional(),
  })
  .refine(
    ({ message, topic, header }) => message !== undefined || topic !== undefined || header !== undefined,
    'name a message, a topic or a header',
  )
export type SplitCondition = z.infer<typeof splitCondition>
export const splitRequest = z.object({ condition: splitCondition })
export const splitPreview = z.object({
  matching: z.number().int(),
  /** Letters looked at, newest first: all when `isAll`. */
  lookedAt: z.number().int(),
  isAll: z.boolean(),
  /** Of those: letters whose record is deleted, so that its headers are not known. They stay. */
  gone: z.number().int(),
  samples: z.array(z.object({ letterId: z.string(), message: z.string().nullable() })),
})
export type SplitPreview = z.infer<typeof splitPreview>

export const mergeRequest = z.object({
  /** The groups that become part of the other one. */
  groups: z.array(z.string().min(1).max(100)).min(1).max(100),
  into: z.string().min(1).max(100),
})

/** A merge or split by hand that holds, as one of its groups sees it. */
export const groupChange = z.object({
  id: z.string(),
  kind: z.enum(['merge', 'split']),
  by: z.string(),
  atMs: epochMs,
  /** The group merged into this one, split off from it, or which this one was split off from. */
  other: z.object({ id: z.string(), title: z.string() }),
  role: z.enum(['merged-in', 'split-off', 'split-from']),
  condition: splitCondition.nullable(),
})
export const groupChangeParams = connectionParams.extend({ id: z.string().regex(/^\d{1,18}$/) })
