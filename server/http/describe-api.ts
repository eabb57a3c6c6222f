import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { type Download, downloads } from '#server/contracts/downloads.ts'
import { type Endpoint, endpoints } from '#server/contracts/endpoints.ts'
import { problem } from '#server/contracts/problem.ts'
import { type Stream, streams } from '#server/contracts/streams.ts'

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

const streamOperationOf = (operationId: string, stream: Stream): ZodOpenApiOperationObject => ({
  operationId,
  summary: stream.summary,
  description: `Needs the permission \`${stream.permission}\`. Server-Sent Events, the data of each a frame as JSON.`,
  requestParams: { path: stream.params, query: stream.query },
  responses: {
    200: { description: stream.summary, content: { 'text/event-stream': { schema: stream.frame } } },
    '4XX': problemAnswer,
    '5XX': problemAnswer,
  },
})

const downloadOperationOf = (operationId: string, download: Download): ZodOpenApiOperationObject => ({
  operationId,
  summary: download.summary,
  description: `Needs the permission \`${download.permission}\`.`,
  requestParams: { path: download.params, query: download.query },
  responses: {
    200: {
      description: download.summary,
      content: Object.fromEntries(
        download.contentTypes.map((type) => [type, { schema: { type: 'string' as const } }]),
      ),
    },
    '4XX': problemAnswer,
    '5XX': problemAnswer,
  },
})

/** The OpenAPI 3.1 document of all endpoints, streams and downloads. */
export const describeApi = () => {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) {
    const path = paths[endpoint.path] ?? {}
    path[endpoint.method.toLowerCase()] = operationOf(name, endpoint)
    paths[endpoint.path] = path
  }
  for (const [name, stream] of Object.entries<Stream>(streams))
    paths[stream.path] = { ...paths[stream.path], get: streamOperationOf(name, stream) }
  for (const [name, download] of Object.entries<Download>(downloads))
    paths[download.path] = { ...paths[download.path], get: downloadOperationOf(name, download) }
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
