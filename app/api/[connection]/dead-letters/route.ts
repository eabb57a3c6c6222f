import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listDeadLetters } from '#server/services/list-dead-letters.ts'

export const GET = route(endpoints.listDeadLetters, ({ deps, connection, query, call }) =>
  listDeadLetters(deps, connection, query, call),
)
