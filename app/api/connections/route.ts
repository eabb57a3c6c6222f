import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listConnections } from '#server/services/list-connections.ts'

export const GET = route(endpoints.listConnections, ({ deps }) => listConnections(deps))
