import type { z } from 'zod'
import type { Mark, markQuery } from '#server/contracts/marks.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { listMarksSince } from '#server/repositories/marks.ts'
import type { Deps } from './deps.ts'
import type { Fault } from './fault.ts'

/** Marks of the last `minutes`, oldest first. */
export const listMarks = async (
  deps: Pick<Deps, 'db' | 'clock'>,
  query: z.output<typeof markQuery>,
  _call: Call,
): Promise<Result<{ marks: Mark[] }, Fault>> =>
  succeed({ marks: await listMarksSince(deps.db, deps.clock.nowMs() - query.minutes * 60_000) })
