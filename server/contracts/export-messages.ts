import { z } from 'zod'
import { messageStreamQuery } from './message-stream.ts'

const mostExported = 1_000_000

/** What is asked of an export: a search as it is streamed, and the file it becomes. */
export const exportMessagesQuery = messageStreamQuery.omit({ limit: true, cursor: true }).extend({
  format: z.enum(['jsonl', 'csv']).default('jsonl'),
  /** At most so many messages, in the order of the search. */
  limit: z.coerce.number().int().min(1).max(mostExported).default(100_000),
  /** CSV only: cells that a spreadsheet would run as a formula get an apostrophe before them, which alters them. */
  safe: z.stringbool().default(false),
  /** End with what was scanned and whether it is complete: a last line of JSON, or of CSV after a `#`. */
  report: z.stringbool().default(true),
})
export type ExportMessagesQuery = z.input<typeof exportMessagesQuery>
