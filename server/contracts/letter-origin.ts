import { z } from 'zod'
import { decodedSide, headerView } from './messages.ts'
import { epochMs } from './scalars.ts'

export const recordView = z.object({
  key: decodedSide,
  value: decodedSide,
  headers: z.array(headerView),
  timestampMs: epochMs.nullable(),
  /** From when on retention may delete it; null when it is kept for ever or that is not known. */
  expiresAt: epochMs.nullable(),
})
export type RecordView = z.infer<typeof recordView>

/** A header that is not the same in the origin record and in the letter; null on the side that lacks it. */
export const headerDifference = z.object({
  kind: z.enum(['added', 'changed', 'lost']),
  before: headerView.nullable(),
  after: headerView.nullable(),
})
export type HeaderDifference = z.infer<typeof headerDifference>

export const originRecord = z.discriminatedUnion('state', [
  recordView.extend({
    state: z.literal('found'),
    /** Null: the letter's own record is gone or holds no payload, so that there is nothing to compare. */
    sameKey: z.boolean().nullable(),
    sameValue: z.boolean().nullable(),
    /** In the letter's order, what it lost at the end; null as above. */
    headerChanges: z.array(headerDifference).nullable(),
    sameHeaders: z.number().int(),
    /** Why it may be another message than the one that died. */
    doubt: z.string().nullable(),
  }),
  z.object({
    /** `deleted`: it was there; `made-anew`: the topic of that name is another; `unknown`: nothing says where it was. */
    state: z.enum(['deleted', 'made-anew', 'unknown', 'unreadable']),
    why: z.string(),
    /** Since when: the topic was made anew. */
    sinceMs: epochMs.nullable(),
    /** When its time of retention ended, as far as its timestamp and the topic's retention tell. */
    dueAt: epochMs.nullable(),
    /** Timestamp of the oldest message that is still in its partition. */
    oldestAt: epochMs.nullable(),
  }),
])
export type OriginRecord = z.infer<typeof originRecord>

/**
 * What a letter without a payload of its own, or one that is not in its topic any more, is to be shown and sent as: its
 * origin record, or nothing that can be trusted. Null for letters that carry key or value themselves.
 */
export const rehydration = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('rehydrated') }),
    /** The origin record was empty, too. */
    z.object({ state: z.literal('empty') }),
    z.object({ state: z.enum(['unrecoverable', 'unreadable']), why: z.string() }),
  ])
  .nullable()
export type Rehydration = z.infer<typeof rehydration>
