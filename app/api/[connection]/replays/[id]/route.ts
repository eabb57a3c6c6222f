import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showReplay } from '#server/services/show-replay.ts'

export const GET = route(endpoints.showReplay, ({ deps, connection, params, call }) =>
  showReplay(deps, connection, params.id, call),
)
