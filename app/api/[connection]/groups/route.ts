import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listGroups } from '#server/services/list-groups.ts'

export const GET = route(endpoints.listGroups, ({ deps, connection, query, call }) =>
  listGroups(deps, connection, query, call),
)
