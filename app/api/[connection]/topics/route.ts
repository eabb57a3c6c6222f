import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listTopics } from '#server/services/list-topics.ts'

export const GET = route(endpoints.listTopics, ({ deps, connection, query, call }) =>
  listTopics(deps, connection, query, call),
)
