import { z } from 'zod'
import { connectionId, traceId } from './scalars.ts'

/** Copies of a replay that came back as letters of one failure group. */
export const replayReturn = z.object({
  failureGroupId: z.string(),
  /** The connection that the group is of; left out: that of the replay. */
  connection: connectionId.optional(),
  errorClass: z.string().nullable(),
  message: z.string().nullable(),
  frame: z.string().nullable(),
  /** They died as they did before: of the same root cause at the same place in the code. */
  sameError: z.boolean(),
  count: z.number().int(),
  /** The newest of the letters, and the trace of the newest that has one. */
  letterId: z.string(),
  traceId: traceId.nullable(),
})
export type ReplayReturn = z.infer<typeof replayReturn>
export const replayReturnList = z.object({ returns: z.array(replayReturn) })
