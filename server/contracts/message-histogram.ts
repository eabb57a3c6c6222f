import { z } from 'zod'
import { topicsParam } from './message-stream.ts'
import { decimal64, epochMs } from './scalars.ts'

const queryTime = z.coerce.number().int().min(0).max(253_402_300_799_999)

/** What a histogram of messages over time is asked; without times, from the oldest message until now. */
export const messageHistogramQuery = z.object({
  topics: topicsParam,
  sinceMs: queryTime.optional(),
  untilMs: queryTime.optional(),
  /** At most so many buckets; fewer where the topics have very many partitions. */
  buckets: z.coerce.number().int().min(1).max(200).default(60),
})

/**
 * Why counts from offsets may differ from the messages: compaction left gaps; markers of transactions take offsets, too;
 * producers set the times, which need not rise; or the topic's settings could not be read.
 */
export const histogramDoubt = z.enum(['compacted', 'transactions', 'producer-times', 'settings-unknown'])
export type HistogramDoubt = z.infer<typeof histogramDoubt>

export const histogramBucket = z.object({
  fromMs: epochMs,
  /** Exclusive. */
  untilMs: epochMs,
  messages: decimal64,
  /** At least a part of the count comes from the distance of offsets, not from the messages themselves. */
  estimated: z.boolean(),
})
export type HistogramBucket = z.infer<typeof histogramBucket>

export const messageHistogram = z.object({
  buckets: z.array(histogramBucket),
  messages: decimal64,
  estimated: z.boolean(),
  doubts: z.array(histogramDoubt),
  /** Messages that stand before the first edge and after the last, by offsets. */
  before: decimal64,
  after: decimal64,
  partitions: z.number().int(),
  /** What is missing from the counts. */
  failed: z.array(
    z.object({ topic: z.string(), partition: z.number().int().nullable(), detail: z.string() }),
  ),
  readAt: epochMs,
})
export type MessageHistogram = z.infer<typeof messageHistogram>
