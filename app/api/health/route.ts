import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showHealth } from '#server/services/show-health.ts'

export const GET = route(endpoints.showHealth, ({ deps, call }) => showHealth(deps, call))
