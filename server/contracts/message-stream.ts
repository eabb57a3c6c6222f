import { z } from 'zod'
import { mostSearchCharacters } from './message-search.ts'
import { messageRow, scanReport } from './messages.ts'
import { problem } from './problem.ts'
import { epochMs, topicName } from './scalars.ts'

/** Topics in an address: names separated by commas (no topic's name holds one), or `*` for all that are not internal. */
export const topicsParam = z
  .string()
  .min(1)
  .max(20_000)
  .transform((text) => (text === '*' ? ('*' as const) : [...new Set(text.split(','))]))
  .pipe(z.union([z.literal('*'), z.array(topicName).min(1).max(500)]))

export const searchOrder = z.enum(['newest', 'oldest'])
export type SearchOrder = z.infer<typeof searchOrder>

/** What a search over one or several topics is asked. The search language carries times, partitions and offsets too. */
export const messageStreamQuery = z.object({
  topics: topicsParam,
  search: z.string().max(mostSearchCharacters).default(''),
  order: searchOrder.default('newest'),
  isolation: z.enum(['committed', 'uncommitted']).default('committed'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** Bytes that this search may read; the installation's default when left out, never more than its cap. */
  budgetBytes: z.coerce.number().int().positive().optional(),
  /** From `nextCursor` of an earlier search with the same words. */
  cursor: z.string().max(8000).optional(),
})
export type MessageStreamQuery = z.input<typeof messageStreamQuery>

/** Times before which (in the order of the search) no more rows can come; rows beyond may still be overtaken. */
const settledMs = epochMs.nullable()

/** What a search tells: rows as they are found, its progress, and at the end its report. */
export const searchFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('rows'), rows: z.array(messageRow) }),
  z.object({ type: z.literal('progress'), scan: scanReport.omit({ stop: true }), settledMs }),
  z.object({
    type: z.literal('done'),
    scan: scanReport,
    settledMs,
    nextCursor: z.string().nullable(),
    registryProblem: z.string().nullable(),
  }),
  z.object({ type: z.literal('error'), problem }),
])
export type SearchFrame = z.infer<typeof searchFrame>

/** What is asked of a live tail. */
export const messageTailQuery = messageStreamQuery
  .pick({ topics: true, search: true, isolation: true })
  .extend({
    /** From a frame of an earlier tail of the same topics: goes on there, so that nothing is left out between the two. */
    cursor: z.string().max(12_000).optional(),
  })
export type MessageTailQuery = z.input<typeof messageTailQuery>

/**
 * What a tail tells: rows as they arrive, oldest first; how many a second; and how many were left out because more came
 * than can be shown.
 */
export const tailFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('rows'),
    rows: z.array(messageRow),
    /** Where to go on after these rows. */
    cursor: z.string().optional(),
  }),
  z.object({
    type: z.literal('rate'),
    perSecond: z.number(),
    matchesPerSecond: z.number(),
    /** Messages that fitted and are not shown, since the tail began. */
    dropped: z.number().int(),
    behindMessages: z.number().int(),
    /** Messages that were jumped over unread, since the tail began: the reading could not keep up. */
    skipped: z.number().int().optional(),
    partitions: z.number().int().optional(),
    /** What does not answer at present; it is asked again and again. */
    troubles: z.array(z.object({ detail: z.string(), sinceMs: epochMs })).optional(),
    /** Messages that came and could not be judged, and why, as sentences. */
    notes: z.array(z.string()).optional(),
    cursor: z.string().optional(),
  }),
  z.object({ type: z.literal('error'), problem }),
])
export type TailFrame = z.infer<typeof tailFrame>
