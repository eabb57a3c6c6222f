import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showMessage } from '#server/services/show-message.ts'

export const GET = route(endpoints.showMessage, ({ deps, connection, params, call }) =>
  showMessage(deps, connection, params, call),
)
