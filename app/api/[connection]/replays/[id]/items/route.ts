import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listReplayItems } from '#server/services/list-replay-items.ts'

export const GET = route(endpoints.listReplayItems, ({ deps, connection, params, query, call }) =>
  listReplayItems(deps, connection, { replayId: params.id, ...query }, call),
)
