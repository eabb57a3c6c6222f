import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { type Endpoint, endpoints } from '#server/contracts/endpoints.ts'
import { problem } from '#server/contracts/problem.ts'

const problemAnswer = {
  description: 'A problem, with a stable code and what to do',
  content: { 'application/problem+json': { schema: problem } },
}

const operationOf = (operationId: string, endpoint: Endpoint): ZodOpenApiOperationObject => ({
  operationId,
  summary: endpoint.summary,
  description: `Needs the permission \`${endpoint.permission}\`.`,
  requestParams: { path: endpoint.params, query: endpoint.query },
  ...(endpoint.method === 'GET' || endpoint.body.safeParse(undefined).success
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: endpoint.body } } } }),
  responses: {
    200: { description: endpoint.summary, content: { 'application/json': { schema: endpoint.output } } },
    '4XX': problemAnswer,
    '5XX': problemAnswer,
  },
})

/** The OpenAPI 3.1 document of all endpoints. */
export const describeApi = () => {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) {
    const path = paths[endpoint.path] ?? {}
    path[endpoint.method.toLowerCase()] = operationOf(name, endpoint)
    paths[endpoint.path] = path
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Spillway',
      version: '0.1.0',
      description: 'Observability console for event-driven systems',
    },
    paths: paths as ZodOpenApiPathsObject,
  })
}
