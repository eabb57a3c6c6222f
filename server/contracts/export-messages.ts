import { z } from 'zod'
import { messageStreamQuery } from './message-stream.ts'
import { scanReport } from './messages.ts'
import { connectionParams, decimal64, epochMs } from './scalars.ts'

const mostExported = 1_000_000

/** Under which an export is followed and cancelled: made by who begins it, of at least 80 random bits. */
export const exportId = z.string().regex(/^[0-9a-z]{16,64}$/, '16 to 64 lowercase letters and digits')
export const exportParams = connectionParams.extend({ id: exportId })

/** What is asked of an export: a search as it is streamed, and the file it becomes. */
export const exportMessagesQuery = messageStreamQuery.omit({ limit: true, cursor: true }).extend({
  format: z.enum(['jsonl', 'csv']).default('jsonl'),
  /** At most so many messages, in the order of the search. */
  limit: z.coerce.number().int().min(1).max(mostExported).default(100_000),
  /** CSV only: cells that a spreadsheet would run as a formula get an apostrophe before them, which alters them. */
  safe: z.stringbool().default(false),
  /**
   * End with what was scanned and whether it is complete: a last line of JSON, or of CSV after a `#`. Without it, a file
   * that lacks what could not be read, what was beyond the budget or what came after it was cancelled breaks off, so that
   * no program takes it for the whole. As many messages as `limit` asks for are the whole.
   */
  report: z.stringbool().default(true),
  /** Who asks under this id is told how far it is. */
  exportId: exportId.optional(),
})
export type ExportMessagesQuery = z.input<typeof exportMessagesQuery>

/** What was exported, as the last line of the file tells it under `scan`. */
export const exportReport = scanReport.extend({
  exported: z.number().int(),
  limit: z.number().int(),
  /** Nothing that fits was left out. */
  complete: z.boolean(),
  registryProblem: z.string().nullable(),
  /** Why it ended early, where that was a failure. */
  problem: z.string().nullable(),
})
export type ExportReport = z.infer<typeof exportReport>

/**
 * `complete`: everything that fits. `limited`: as many as were asked for, and more may fit. `partial`: something is
 * missing, at the budget's end or because it could not be read. `left`: the reader ended the download. `failed`: it did
 * not begin, or was cut short.
 */
export const exportState = z.enum([
  'running',
  'complete',
  'limited',
  'partial',
  'cancelled',
  'left',
  'failed',
])
export type ExportState = z.infer<typeof exportState>

/** How far an export is, or how it ended. */
export const exportProgress = z.object({
  state: exportState,
  /** Messages written to the file, and its bytes so far. */
  rows: z.number().int(),
  fileBytes: z.number().int(),
  /** Messages and bytes read for them. */
  messages: decimal64,
  bytes: decimal64,
  startedAt: epochMs,
  endedAt: epochMs.nullable(),
  /** From its beginning until its end, or until now. */
  durationMs: z.number(),
  /** Null while it runs, and where the file was never ended. */
  report: exportReport.nullable(),
  /** Why it failed. */
  problem: z.string().nullable(),
})
export type ExportProgress = z.infer<typeof exportProgress>
