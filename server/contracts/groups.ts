import { z } from 'zod'
import { degradedSource } from './problem.ts'
import { connectionId, decimal64, epochMs, groupId, topicName } from './scalars.ts'

export const groupState = z.enum(['stable', 'rebalancing', 'empty', 'dead', 'unknown'])
export const lagVerdictKind = z.enum([
  'keeping-up',
  'catching-up',
  'falling-behind',
  'stalled',
  'stopped',
  'unknown',
])
/** The verdict and its words: "payments has stopped: no members, 4,210 messages waiting". */
export const lagVerdict = z.object({
  kind: lagVerdictKind,
  sentence: z.string(),
  /** Messages a second by which lag changes; negative when it shrinks. Null before two samples. */
  lagChangePerSecond: z.number().nullable(),
  /** Null when it is not catching up. */
  catchUpMs: z.number().nullable(),
  sinceMs: epochMs.nullable(),
})
export type LagVerdict = z.infer<typeof lagVerdict>

export const groupRow = z.object({
  group: groupId,
  state: groupState,
  members: z.number().int(),
  topics: z.array(topicName),
  /** Sum over partitions. Null when the broker did not answer. */
  lagMessages: decimal64.nullable(),
  verdict: lagVerdict,
  sampledAt: epochMs.nullable(),
  /** Lag of the last hour, oldest first, for the sparkline. Missing minutes are null. */
  trend: z.array(z.number().nullable()),
})
export type GroupRow = z.infer<typeof groupRow>

export const groupListQuery = z.object({ q: z.string().max(255).default('') })
export const groupList = z.object({
  data: z.object({ groups: z.array(groupRow), unfilteredTotal: z.number().int() }),
  degraded: z.array(degradedSource),
  checkedAt: epochMs,
})
export type GroupList = z.infer<typeof groupList>

export const groupParams = z.object({ connection: connectionId, group: groupId })
export const groupPartition = z.object({
  topic: topicName,
  partition: z.number().int(),
  /** Null: the group has not committed here. */
  committedOffset: decimal64.nullable(),
  endOffset: decimal64.nullable(),
  lagMessages: decimal64.nullable(),
  /** Time of the first message that is not read yet. Null: nothing waits, or it was not looked at. */
  oldestUnreadAt: epochMs.nullable(),
  memberId: z.string().nullable(),
  clientId: z.string().nullable(),
  host: z.string().nullable(),
})
export const groupDetail = z.object({
  data: groupRow.extend({
    protocol: z.string().nullable(),
    partitions: z.array(groupPartition),
    /** Messages a second over all topics of the group, by the samples of the last minutes. Null before two samples. */
    producedPerSecond: z.number().nullable(),
    consumedPerSecond: z.number().nullable(),
    /** Whether it loses data before it has read it. Null without the broker, or before the first commit. */
    margin: z
      .object({
        oldestUnreadAt: epochMs.nullable(),
        /** The earliest time at which, at the present rates, unread messages may be deleted. */
        lossAt: epochMs.nullable(),
        lostMessages: decimal64,
        sentence: z.string(),
      })
      .nullable(),
  }),
  degraded: z.array(degradedSource),
  checkedAt: epochMs,
})
export type GroupDetail = z.infer<typeof groupDetail>

export const lagPoint = z.object({
  atMs: epochMs,
  lagMessages: z.number().nullable(),
  producedPerSecond: z.number().nullable(),
  consumedPerSecond: z.number().nullable(),
})
export const lagHistoryQuery = z.object({ minutes: z.coerce.number().int().min(5).max(1440).default(60) })
export const lagHistory = z.object({
  /** One series a topic. */
  series: z.array(z.object({ topic: topicName, points: z.array(lagPoint) })),
  marks: z.array(z.object({ id: z.string(), atMs: epochMs, kind: z.string(), text: z.string() })),
  sampledAt: epochMs.nullable(),
})
export type LagHistory = z.infer<typeof lagHistory>
