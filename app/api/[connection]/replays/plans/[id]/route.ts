import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showReplayPlan } from '#server/services/show-replay-plan.ts'

export const GET = route(endpoints.showReplayPlan, ({ deps, connection, params, call }) =>
  showReplayPlan(deps, connection, params.id, call),
)
