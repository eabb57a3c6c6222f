import { z } from 'zod'

/** Stable codes of all errors that Spillway answers. The error table in server/http gives each its status and hint. */
export const problemCode = z.enum([
  'invalid-request',
  'foreign-host',
  'foreign-origin',
  'permission-denied',
  'not-found',
  'read-only-connection',
  'conflict',
  'unsupported',
  'broker-unreachable',
  'broker-timeout',
  'broker-denied',
  'broker-overloaded',
  'registry-unreachable',
  'database-unreachable',
  'deadline-exceeded',
  'internal',
])
export type ProblemCode = z.infer<typeof problemCode>

/** RFC 9457 problem document, with a stable `code`, and a `hint` that says what to do. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: problemCode,
  hint: z.string(),
  /** Which part failed: a connection, the registry, the database. */
  source: z.string().optional(),
  traceId: z.string().optional(),
})
export type Problem = z.infer<typeof problem>

/** One source of several did not answer; the rest of the answer stands. */
export const degradedSource = z.object({
  source: z.string(),
  code: problemCode,
  detail: z.string(),
  /** Time of the last good answer, if there was one. Milliseconds since the epoch. */
  lastGoodAt: z.number().int().optional(),
})
export type DegradedSource = z.infer<typeof degradedSource>
