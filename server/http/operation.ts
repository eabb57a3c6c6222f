import { z } from 'zod'
import { composition } from '#server/composition.ts'
import type { Endpoint } from '#server/contracts/endpoints.ts'
import { connectionId } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { logger } from '#server/logger.ts'
import type { Call } from '#server/ports/call.ts'
import type { Actor, Connection, Deps } from '#server/services/deps.ts'
import type { Fault } from '#server/services/fault.ts'
import { mayNot } from './actor.ts'
import { faultOfThrown } from './fault-of-thrown.ts'

/** What a use case gets: everything parsed, allowed and bounded. */
export type Input<E extends Endpoint> = {
  readonly deps: Deps
  readonly actor: Actor
  readonly params: z.output<E['params']>
  readonly query: z.output<E['query']>
  readonly body: z.output<E['body']>
  readonly call: Call
} & (E['path'] extends `/api/{connection}${string}` ? { readonly connection: Connection } : unknown)

/** An endpoint and the use case behind it. */
export type Operation<E extends Endpoint = Endpoint> = {
  readonly endpoint: E
  readonly run: (input: Input<E>) => Promise<Result<z.input<E['output']>, Fault>>
}

/** What was asked, as it came: path parameters decoded, nothing checked yet. */
export type Asked = {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/**
 * Runs one operation for an actor: permission, parsing in and out, connection, and a fault for whatever is thrown or
 * takes longer than `signal` allows. Never throws in production; the one door of routes and of pages made on the server.
 */
export const perform = async <E extends Endpoint>(
  { endpoint, run }: Operation<E>,
  actor: Actor,
  asked: Asked,
  signal: AbortSignal,
): Promise<Result<z.output<E['output']>, Fault>> => {
  try {
    const refusal = mayNot(actor, endpoint.permission)
    if (refusal) return fail(refusal)
    const read = parseAsked(endpoint, asked)
    if (!read.ok) return read
    const { deps } = composition()
    const connection = findConnection(deps, read.value.params)
    if (!connection.ok) return connection
    const input = { deps, actor, ...read.value, call: { signal }, connection: connection.value }
    const result = await beforeAbort(run(input as unknown as Input<E>), signal)
    return result.ok ? checkOutput(endpoint, result.value) : result
  } catch (error) {
    const fault = faultOfThrown(error, signal)
    if (fault.code === 'internal')
      logger.error({ err: error, route: `${endpoint.method} ${endpoint.path}` }, 'failed')
    return fail(fault)
  }
}

/** A use case that hears of its deadline may still say what it found, or what it waited for. In milliseconds. */
const lastWordsMs = 300

/** What the work answers, or its failure; rejects shortly after the signal, whatever the work hangs on. */
const beforeAbort = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const giveUp = () => {
      timer = setTimeout(() => reject(signal.reason), lastWordsMs)
    }
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', giveUp)
      clearTimeout(timer)
    })
  })

const sentence = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`).join('; ')

/** What was asked, read by the contract, or what is wrong with it. */
export const parseAsked = <E extends Pick<Endpoint, 'params' | 'query' | 'body'>>(
  endpoint: E,
  asked: Asked,
) => {
  const params = endpoint.params.safeParse(asked.params)
  if (!params.success) return fail<Fault>({ code: 'invalid-request', detail: sentence(params.error) })
  const query = endpoint.query.safeParse(asked.query)
  if (!query.success) return fail<Fault>({ code: 'invalid-request', detail: sentence(query.error) })
  const body = endpoint.body.safeParse(asked.body)
  if (!body.success) return fail<Fault>({ code: 'invalid-request', detail: sentence(body.error) })
  return succeed({ params: params.data, query: query.data, body: body.data })
}

/** The connection that the address names; undefined when it names none. */
export const findConnection = (deps: Deps, params: unknown): Result<Connection | undefined, Fault> => {
  const parsed = z.object({ connection: connectionId }).safeParse(params)
  if (!parsed.success) return succeed(undefined)
  const found = deps.connections.find(({ id }) => id === parsed.data.connection)
  return found
    ? succeed(found)
    : fail({ code: 'not-found', detail: `There is no connection named ${parsed.data.connection}.` })
}

/** What leaves must be what the contract says: a mismatch is a defect, found in tests; production logs it and sends the answer as it is. */
const checkOutput = <E extends Endpoint>(
  endpoint: E,
  value: unknown,
): Result<z.output<E['output']>, Fault> => {
  const parsed = endpoint.output.safeParse(value)
  if (parsed.success) return succeed(parsed.data as z.output<E['output']>)
  const detail = `The answer of ${endpoint.path} does not fit its contract: ${sentence(parsed.error)}`
  if (process.env.NODE_ENV !== 'production') throw new Error(detail)
  logger.error({ path: endpoint.path, detail }, 'answer does not fit its contract')
  return succeed(value as z.output<E['output']>)
}
