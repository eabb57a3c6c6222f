import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listReplays } from '#server/services/list-replays.ts'
import { startReplay } from '#server/services/start-replay.ts'

export const GET = route(endpoints.listReplays, ({ deps, connection, call }) =>
  listReplays(deps, connection, call),
)
export const POST = route(endpoints.startReplay, ({ deps, connection, actor, body, call }) =>
  startReplay(deps, connection, actor, body, call),
)
