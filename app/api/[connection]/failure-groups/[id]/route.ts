import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showFailureGroup } from '#server/services/show-failure-group.ts'

export const GET = route(endpoints.showFailureGroup, ({ deps, connection, params, call }) =>
  showFailureGroup(deps, connection, params.id, call),
)
