import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listFailureGroups } from '#server/services/list-failure-groups.ts'

export const GET = route(endpoints.listFailureGroups, ({ deps, connection, query, call }) =>
  listFailureGroups(deps, connection, query, call),
)
