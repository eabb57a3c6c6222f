import { z } from 'zod'
import { messageDetail, scanReport } from './messages.ts'
import { decimal64 } from './scalars.ts'

export const direction = z.enum(['previous', 'next'])
export type Direction = z.infer<typeof direction>

/** Which way to look, and from which offset on when an earlier answer's budget was spent (`goOnFrom`). */
export const nearMessageQuery = z.object({ direction, from: decimal64.optional() })

/** The nearest message that is wanted in one partition. Without one, `scan.stop` tells none (`end`) from not found yet. */
export const nearMessage = z.object({
  message: messageDetail.nullable(),
  scan: scanReport,
  goOnFrom: decimal64.nullable(),
})
export type NearMessage = z.infer<typeof nearMessage>
