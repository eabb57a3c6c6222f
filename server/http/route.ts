import { type Span, SpanKind } from '@opentelemetry/api'
import { decodePart } from '#server/contracts/api-address.ts'
import type { Endpoint } from '#server/contracts/endpoints.ts'
import { logger } from '#server/logger.ts'
import { currentTraceId, withSpan } from '#server/telemetry.ts'
import { actorOf } from './actor.ts'
import { problemOf, problemResponse } from './error-table.ts'
import { metrics } from './metrics.ts'
import { type Asked, type Operation, perform } from './operation.ts'

export type RouteContext = { readonly params: Promise<Record<string, string | string[] | undefined>> }

/**
 * Makes a route handler of an operation: what it asks read from the request, then deadline, error table, log line,
 * metric and span. The use case answers a value or a fault and needs no try/catch.
 */
export const route =
  <const E extends Endpoint>(operation: Operation<E>) =>
  (request: Request, context: RouteContext): Promise<Response> => {
    const { endpoint } = operation
    const startedAt = performance.now()
    const name = `${endpoint.method} ${endpoint.path}`
    const actor = actorOf(request.headers)
    const work = async (span: Span) => {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(endpoint.deadlineMs)])
      const result = await perform(operation, actor, await readAsked(endpoint, request, context), signal)
      const response = result.ok
        ? Response.json(result.value, { headers: { 'cache-control': 'no-store' } })
        : problemResponse(
            problemOf(result.error.code, result.error.detail, {
              source: result.error.source,
              traceId: currentTraceId(),
            }),
          )
      const durationMs = performance.now() - startedAt
      span.setAttribute('http.response.status_code', response.status)
      metrics().requests.observe(
        { method: endpoint.method, path: endpoint.path, status: response.status },
        durationMs / 1000,
      )
      const line = {
        route: name,
        status: response.status,
        durationMs: Math.round(durationMs),
        actor: actor.name,
        traceId: currentTraceId(),
      }
      if (result.ok) logger.debug(line, 'answered')
      else logger.warn({ ...line, code: result.error.code, detail: result.error.detail }, 'refused')
      return response
    }
    return withSpan(name, { 'http.request.method': endpoint.method, 'http.route': endpoint.path }, work, {
      kind: SpanKind.SERVER,
      carrier: request.headers,
    })
  }

/** What a request asks, before anything is checked. */
export const readAsked = async (
  endpoint: Pick<Endpoint, 'method'>,
  request: Request,
  context: RouteContext,
): Promise<Asked> => ({
  params: decodeParams((await context.params) ?? {}),
  query: Object.fromEntries(new URL(request.url).searchParams),
  body: endpoint.method === 'GET' ? undefined : await readBody(request),
})

/** Next hands on path segments still percent-encoded. */
const decodeParams = (params: Record<string, string | string[] | undefined>) =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? decodePart(value) : value,
    ]),
  )

/** The body as JSON; what is none becomes a value that no contract accepts. A body that broke off reads as none too. */
const readBody = async (request: Request): Promise<unknown> => {
  const text = await request.text().catch(() => '{')
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return Symbol('no JSON')
  }
}
