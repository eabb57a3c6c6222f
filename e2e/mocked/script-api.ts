import type { Page, Route } from '@playwright/test'
import type { z } from 'zod'
import { type Endpoint, endpoints } from '../../server/contracts/endpoints.ts'
import type { ProblemCode } from '../../server/contracts/problem.ts'
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
export type Script = { readonly [N in EndpointName]?: Reply<N> }

const matchers = Object.entries<Endpoint>(endpoints).map(([name, { method, path }]) => ({
  name: name as EndpointName,
  method,
  // Parameters in braces; a word without them is more specific, and stands earlier in the table of the API.
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  isFixed: !path.includes('{'),
}))

const nameOf = (method: string, path: string): EndpointName | undefined => {
  const fits = matchers.filter((one) => one.method === method && one.pattern.test(path))
  return (fits.find(({ isFixed }) => isFixed) ?? fits.at(-1))?.name
}

const reply = async (route: Route, given: Reply<EndpointName>): Promise<void> => {
  if (given === 'silence') return
  if ('problem' in given) {
    const body = problemOf(given.problem, given.detail)
    return route.fulfill({ status: body.status, json: body, contentType: 'application/problem+json' })
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
  const asked: EndpointName[] = []
  await page.route('**/api/**', async (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/api/live') return
    const name = nameOf(route.request().method(), pathname)
    const given = name === undefined ? undefined : (script[name] as Reply<EndpointName> | undefined)
    if (name !== undefined) asked.push(name)
    if (given === undefined) await route.abort()
    else await reply(route, given)
  })
  return {
    change: (next: Script): void => {
      script = { ...script, ...next }
    },
    count: (name: EndpointName): number => asked.filter((one) => one === name).length,
  }
}
