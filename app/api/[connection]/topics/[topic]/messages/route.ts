import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { listMessages } from '#server/services/list-messages.ts'

export const GET = route(endpoints.listMessages, ({ deps, connection, params, query, call }) =>
  listMessages(deps, connection, { topic: params.topic, ...query }, call),
)
