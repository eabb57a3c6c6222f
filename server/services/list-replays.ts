import type { z } from 'zod'
import type { replayList, replayListQuery } from '#server/contracts/replays.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { listStartedReplays } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, invalid } from './fault.ts'
import { summariseReplays } from './show-replay.ts'

/** Started replays, newest first. The cursor is the number below which the next page begins. */
export const listReplays = async (
  deps: Deps,
  connection: Connection,
  query: z.output<typeof replayListQuery>,
  _call: Call,
): Promise<Result<z.input<typeof replayList>, Fault>> => {
  if (query.cursor !== undefined && !/^\d{1,9}$/.test(query.cursor))
    return invalid(`cursor: ${query.cursor} is not one that this list has given out.`)
  const before = query.cursor === undefined ? null : Number(query.cursor)
  const found = await listStartedReplays(deps.db, connection.id, query.limit + 1, before)
  const page = found.slice(0, query.limit)
  return succeed({
    replays: await summariseReplays(deps, page),
    nextCursor: found.length > query.limit ? String(page.at(-1)?.number) : null,
  })
}
