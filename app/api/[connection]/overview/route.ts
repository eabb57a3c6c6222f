import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showOverview } from '#server/services/show-overview.ts'

export const GET = route(endpoints.showOverview, ({ deps, connection, call }) =>
  showOverview(deps, connection, call),
)
