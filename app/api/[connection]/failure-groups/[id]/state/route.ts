import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { setFailureGroupState } from '#server/services/set-failure-group-state.ts'

export const POST = route(endpoints.setFailureGroupState, ({ deps, connection, actor, params, body, call }) =>
  setFailureGroupState(deps, connection, actor, { id: params.id, state: body.state }, call),
)
