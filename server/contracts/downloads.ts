import { z } from 'zod'
import { downloadAddresses } from './addresses.ts'
import { auditFilter } from './audit.ts'
import { side } from './decoders.ts'
import { exportMessagesQuery } from './export-messages.ts'
import { messageParams } from './messages.ts'
import type { Permission } from './permissions.ts'
import { replayReportQuery } from './replay-report.ts'
import { byIdParams, connectionParams } from './scalars.ts'

/** One answer of the public HTTP API that is no JSON: bytes or text, streamed. */
export type Download = {
  readonly method: 'GET'
  readonly path: string
  readonly summary: string
  readonly permission: Permission
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  /** Content types that it may have. */
  readonly contentTypes: readonly string[]
}

export const payloadQuery = z.object({
  side,
  /** `raw`: the bytes as the broker holds them. `text`: as they are decoded, JSON as it was written. */
  as: z.enum(['raw', 'text']).default('raw'),
  /** Of raw bytes: from which on, and how many. Everything when they are left out. */
  from: z.coerce.number().int().min(0).default(0),
  bytes: z.coerce.number().int().min(1).optional(),
  /** Offer it as a file to keep. */
  file: z.stringbool().default(false),
})

/** All downloads of the API. */
export const downloads = {
  readPayload: {
    ...downloadAddresses.readPayload,
    summary: 'One side of a message: its raw bytes, all or a range, or its text, whole',
    permission: 'messages:read',
    params: messageParams,
    query: payloadQuery,
    contentTypes: ['application/octet-stream', 'text/plain; charset=utf-8'],
  },
  exportMessages: {
    ...downloadAddresses.exportMessages,
    summary: 'Messages that fit a search, whole, as lines of JSON or CSV, ended by the report of the scan',
    permission: 'messages:read',
    params: connectionParams,
    query: exportMessagesQuery,
    contentTypes: ['application/x-ndjson; charset=utf-8', 'text/csv; charset=utf-8'],
  },
  exportAudit: {
    ...downloadAddresses.exportAudit,
    summary: 'Entries of the audit in the order of their chain, with their hashes, as lines of JSON',
    permission: 'audit:read',
    params: z.object({}),
    query: auditFilter,
    contentTypes: ['application/x-ndjson; charset=utf-8'],
  },
  reportReplay: {
    ...downloadAddresses.reportReplay,
    summary: 'A report of a replay for the record: for people (md) or lossless (json)',
    permission: 'replays:read',
    params: byIdParams,
    query: replayReportQuery,
    contentTypes: ['text/markdown; charset=utf-8', 'application/json; charset=utf-8'],
  },
} as const satisfies Record<string, Download>
