import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showGroup } from '#server/services/show-group.ts'

export const GET = route(endpoints.showGroup, ({ deps, connection, params, call }) =>
  showGroup(deps, connection, params.group, call),
)
