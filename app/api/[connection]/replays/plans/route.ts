import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { planReplay } from '#server/services/plan-replay.ts'

export const POST = route(endpoints.planReplay, ({ deps, connection, actor, body, call }) =>
  planReplay(deps, connection, actor, body, call),
)
