import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { cancelReplay } from '#server/services/cancel-replay.ts'

export const POST = route(endpoints.cancelReplay, ({ deps, connection, actor, params, call }) =>
  cancelReplay(deps, connection, actor, params.id, call),
)
