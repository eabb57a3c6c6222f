import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showDeadLetter } from '#server/services/show-dead-letter.ts'

export const GET = route(endpoints.showDeadLetter, ({ deps, connection, params, call }) =>
  showDeadLetter(deps, connection, params.id, call),
)
