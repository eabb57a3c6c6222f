import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listAudit } from '#server/services/list-audit.ts'

export const GET = route(endpoints.listAudit, ({ deps, query, call }) => listAudit(deps, query, call))
