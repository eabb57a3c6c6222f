import { randomBytes } from 'node:crypto'
import { copyTraceIdOf } from '#server/domain/copy-trace.ts'
import type { PlannedRecord } from './summarise-record.ts'

/** The id of the trace that the copy of a record begins; null where nothing tells in which trace the record stands. */
export const newCopyTrace = (record: PlannedRecord | null): string | null =>
  record?.hasTraceContext && record.traceId !== null
    ? copyTraceIdOf(record.traceId, randomBytes(16).toString('hex'))
    : null
