import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { findAnything } from '#server/services/find-anything.ts'

export const GET = route(endpoints.findAnything, ({ deps, connection, query, call }) =>
  findAnything(deps, connection, query, call),
)
