import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showLagHistory } from '#server/services/show-lag-history.ts'

export const GET = route(endpoints.showLagHistory, ({ deps, connection, params, query, call }) =>
  showLagHistory(deps, connection, { group: params.group, ...query }, call),
)
