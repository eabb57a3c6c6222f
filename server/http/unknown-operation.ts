import { problemOf, problemResponse } from './error-table.ts'

/** What an address below /api answers that names no operation: a problem document as all others, not a page. */
export const unknownOperation = (request: Request): Response =>
  problemResponse(
    problemOf(
      'not-found',
      `There is no operation ${request.method} ${new URL(request.url).pathname}; /api/openapi.json lists all.`,
    ),
  )
