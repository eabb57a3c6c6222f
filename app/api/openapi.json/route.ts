import { describeApi } from '#server/http/describe-api.ts'

/** The OpenAPI description of the HTTP API, made from the contracts. */
export const GET = (): Response => Response.json(describeApi())
