import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showConnection } from '#server/services/show-connection.ts'

export const GET = route(endpoints.showConnection, ({ deps, connection, call }) =>
  showConnection(deps, connection, call),
)
