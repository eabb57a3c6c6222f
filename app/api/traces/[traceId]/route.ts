import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showTrace } from '#server/services/show-trace.ts'

export const GET = route(endpoints.showTrace, ({ deps, params, call }) => showTrace(deps, params, call))
