import type { Page, Route } from '@playwright/test'
import type { z } from 'zod'
import { type Endpoint, endpoints } from '../../server/contracts/endpoints.ts'
import type { ProblemCode } from '../../server/contracts/problem.ts'
import { type Stream, streams } from '../../server/contracts/streams.ts'
import { problemOf } from '../../server/http/error-table.ts'

export type EndpointName = keyof typeof endpoints
/** What an operation answers over the wire; tsc holds every scripted answer to the contract. */
export type Answer<N extends EndpointName> = z.input<(typeof endpoints)[N]['output']>

/** An answer, one made from the query, a failure, or silence. */
export type Reply<N extends EndpointName> =
  | { readonly body: Answer<N> }
  | { readonly of: (query: URLSearchParams) => Answer<N> }
  | { readonly problem: ProblemCode; readonly detail: string }
  | 'silence'

export type StreamName = keyof typeof streams
export type Frames<N extends StreamName> = readonly z.input<(typeof streams)[N]['frame']>[]
/** Frames of a stream that then ends, chosen by the query; a failure before the first frame; or silence. */
export type StreamReply<N extends StreamName> =
  | { readonly frames: (query: URLSearchParams) => Frames<N> | 'silence' }
  | { readonly problem: ProblemCode; readonly detail: string }
  | 'silence'
export type Script = { readonly [N in EndpointName]?: Reply<N> } & {
  readonly [N in StreamName]?: StreamReply<N>
}

const matchers = Object.entries<Endpoint | Stream>({ ...endpoints, ...streams }).map(([name, one]) => ({
  name: name as EndpointName | StreamName,
  ...matcherOf(one),
}))

function matcherOf({ method, path }: Endpoint | Stream) {
  return {
    method,
    // Parameters in braces.
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    parameters: path.split('{').length - 1,
  }
}

const nameOf = (method: string, path: string): EndpointName | StreamName | undefined => {
  const fits = matchers.filter((one) => one.method === method && one.pattern.test(path))
  // A word is more specific than a parameter.
  return fits.toSorted((a, b) => a.parameters - b.parameters)[0]?.name
}

type AnyReply = Reply<EndpointName> | StreamReply<StreamName>

const reply = async (route: Route, given: AnyReply): Promise<void> => {
  if (given === 'silence') return
  if ('problem' in given) {
    const body = problemOf(given.problem, given.detail)
    return route.fulfill({ status: body.status, json: body, contentType: 'application/problem+json' })
  }
  if ('frames' in given) {
    const frames = given.frames(new URL(route.request().url()).searchParams)
    if (frames === 'silence') return
    const body = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')
    return route.fulfill({ body, contentType: 'text/event-stream' })
  }
  const body = 'of' in given ? given.of(new URL(route.request().url()).searchParams) : given.body
  return route.fulfill({ json: body })
}

/**
 * Answers the page's requests by a script that may be changed while the page is open. What is not scripted fails the
 * request, so that no panel shows something nobody meant. The live stream stays silent.
 */
export const scriptApi = async (page: Page, first: Script) => {
  let script: Script = first
  const asked: (EndpointName | StreamName)[] = []
  await page.route('**/api/**', async (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/api/live') return
    const name = nameOf(route.request().method(), pathname)
    const given = name === undefined ? undefined : (script[name] as AnyReply | undefined)
    if (name !== undefined) asked.push(name)
    if (given === undefined) await route.abort()
    else await reply(route, given)
  })
  return {
    change: (next: Script): void => {
      script = { ...script, ...next }
    },
    count: (name: EndpointName | StreamName): number => asked.filter((one) => one === name).length,
  }
}
