import { operations } from '#server/http/operations.ts'
import { route } from '#server/http/route.ts'

export const GET = route(operations.listWaiting)
