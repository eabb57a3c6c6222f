import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listTraces } from '#server/services/list-traces.ts'

export const GET = route(endpoints.listTraces, ({ deps, query, call }) => listTraces(deps, query, call))
