import { endpoints } from '#server/contracts/endpoints.ts'
import { route } from '#server/http/route.ts'
import { addMark } from '#server/services/add-mark.ts'
import { listMarks } from '#server/services/list-marks.ts'

export const GET = route(endpoints.listMarks, ({ deps, query, call }) => listMarks(deps, query, call))
export const POST = route(endpoints.addMark, ({ deps, actor, body, call }) =>
  addMark(deps, actor, body, call),
)
