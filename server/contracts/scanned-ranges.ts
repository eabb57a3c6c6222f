import { z } from 'zod'
import { decimal64, topicName } from './scalars.ts'

/** Offsets of one partition that were looked at: from `from` (inclusive) to `to` (exclusive). */
export const scannedRange = z.object({
  topic: topicName,
  partition: z.number().int(),
  from: decimal64,
  to: decimal64,
  /** Messages that stood there: fewer than offsets where a topic was compacted or written in transactions. */
  messages: decimal64,
})
export type ScannedRange = z.infer<typeof scannedRange>
