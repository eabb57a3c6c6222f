import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { showTopic } from '#server/services/show-topic.ts'

export const GET = route(endpoints.showTopic, ({ deps, connection, params, call }) =>
  showTopic(deps, connection, params.topic, call),
)
