import { type Span, SpanKind } from '@opentelemetry/api'
import { z } from 'zod'
import { composition } from '#server/composition.ts'
import type { Endpoint } from '#server/contracts/endpoints.ts'
import { connectionId } from '#server/contracts/scalars.ts'
import { fail, type Result } from '#server/domain/result.ts'
import { logger } from '#server/logger.ts'
import type { Call } from '#server/ports/call.ts'
import type { Actor, Connection, Deps } from '#server/services/deps.ts'
import type { Fault } from '#server/services/fault.ts'
import { currentTraceId, withSpan } from '#server/telemetry.ts'
import { localOperator, mayNot } from './actor.ts'
import { problemOf, problemResponse } from './error-table.ts'
import { faultOfThrown } from './fault-of-thrown.ts'
import { metrics } from './metrics.ts'

/** What a use case gets from its route: everything parsed, allowed and bounded. */
export type Input<E extends Endpoint> = {
  readonly deps: Deps
  readonly actor: Actor
  readonly params: z.output<E['params']>
  readonly query: z.output<E['query']>
  readonly body: z.output<E['body']>
  readonly call: Call
} & (E['path'] extends `/api/{connection}${string}` ? { readonly connection: Connection } : unknown)

type RouteContext = { readonly params: Promise<Record<string, string | string[] | undefined>> }

/**
 * Makes a route handler of an endpoint and its use case: permission, parsing in and out, deadline, error table,
 * log line, metric and span. The use case answers a value or a fault and needs no try/catch.
 */
export const route =
  <const E extends Endpoint>(
    endpoint: E,
    run: (input: Input<E>) => Promise<Result<z.input<E['output']>, Fault>>,
  ) =>
  (request: Request, context: RouteContext): Promise<Response> => {
    const startedAt = performance.now()
    const name = `${endpoint.method} ${endpoint.path}`
    const work = async (span: Span) => {
      const { result, actor } = await answer(endpoint, run, request, context)
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

const answer = async <E extends Endpoint>(
  endpoint: E,
  run: (input: Input<E>) => Promise<Result<z.input<E['output']>, Fault>>,
  request: Request,
  context: RouteContext,
): Promise<{ result: Result<unknown, Fault>; actor: Actor }> => {
  const actor = localOperator
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(endpoint.deadlineMs)])
  try {
    const refusal = mayNot(actor, endpoint.permission)
    if (refusal) return { actor, result: fail(refusal) }
    const read = await readInput(endpoint, request, context)
    if (!read.ok) return { actor, result: read }
    const { deps } = composition()
    const connection = findConnection(deps, read.value.params)
    if (!connection.ok) return { actor, result: connection }
    const input = {
      deps,
      actor,
      ...read.value,
      call: { signal },
      connection: connection.value,
    } as unknown as Input<E>
    const result = await run(input)
    return { actor, result: result.ok ? checkOutput(endpoint, result.value) : result }
  } catch (error) {
    const fault = faultOfThrown(error, signal)
    if (fault.code === 'internal')
      logger.error({ err: error, route: `${endpoint.method} ${endpoint.path}` }, 'failed')
    return { actor, result: fail(fault) }
  }
}

const sentence = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`).join('; ')

const readInput = async (endpoint: Endpoint, request: Request, context: RouteContext) => {
  const params = endpoint.params.safeParse(decodeParams((await context.params) ?? {}))
  if (!params.success) return fail<Fault>({ code: 'invalid-request', detail: sentence(params.error) })
  const query = endpoint.query.safeParse(Object.fromEntries(new URL(request.url).searchParams))
  if (!query.success) return fail<Fault>({ code: 'invalid-request', detail: sentence(query.error) })
  const body = endpoint.body.safeParse(endpoint.method === 'GET' ? undefined : await readBody(request))
  if (!body.success) return fail<Fault>({ code: 'invalid-request', detail: sentence(body.error) })
  return { ok: true as const, value: { params: params.data, query: query.data, body: body.data } }
}

/** Next hands on path segments still percent-encoded. */
const decodeParams = (params: Record<string, string | string[] | undefined>) =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? decodeSegment(value) : value,
    ]),
  )

const decodeSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const readBody = async (request: Request): Promise<unknown> => {
  const text = await request.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return Symbol('no JSON')
  }
}

const findConnection = (deps: Deps, params: unknown): Result<Connection | undefined, Fault> => {
  const parsed = z.object({ connection: connectionId }).safeParse(params)
  if (!parsed.success) return { ok: true, value: undefined }
  const found = deps.connections.find(({ id }) => id === parsed.data.connection)
  return found
    ? { ok: true, value: found }
    : fail({ code: 'not-found', detail: `There is no connection named ${parsed.data.connection}.` })
}

/** What leaves must be what the contract says: a mismatch is a defect, found in tests; production sends what passes. */
const checkOutput = (endpoint: Endpoint, value: unknown): Result<unknown, Fault> => {
  const parsed = endpoint.output.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  const detail = `The answer of ${endpoint.path} does not fit its contract: ${sentence(parsed.error)}`
  if (process.env.NODE_ENV !== 'production') throw new Error(detail)
  logger.error({ path: endpoint.path, detail }, 'answer does not fit its contract')
  return { ok: true, value }
}
