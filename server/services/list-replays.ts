import type { z } from 'zod'
import type { replayList } from '#server/contracts/replays.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { listStartedReplays } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { summariseReplays } from './show-replay.ts'

const shown = 200

/** Started replays, newest first. */
export const listReplays = async (
  deps: Deps,
  connection: Connection,
  _call: Call,
): Promise<Result<z.input<typeof replayList>, Fault>> =>
  succeed({ replays: await summariseReplays(deps, await listStartedReplays(deps.db, connection.id, shown)) })
