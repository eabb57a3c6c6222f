import type { ProblemCode } from '#server/contracts/problem.ts'
import { isKnownHost, type KnownHosts } from '#server/known-hosts.ts'

/**
 * Whether a request may enter: the Host must be one that the operator knows; a write must come from our own pages
 * (Origin equal to Host) or from a program (no Origin), and be JSON, which another site's form can not send.
 */
export const guardRequest = (
  request: { readonly method: string; readonly headers: Headers },
  knownHosts: KnownHosts,
): { readonly code: ProblemCode; readonly detail: string } | null => {
  const host = request.headers.get('host') ?? ''
  if (!isKnownHost(host, knownHosts))
    return {
      code: 'foreign-host',
      detail: `The host ${host === '' ? '(none)' : host} is not one of this server.`,
    }
  if (request.method === 'GET' || request.method === 'HEAD') return null
  const origin = request.headers.get('origin')
  if (origin !== null && !isOwnOrigin(origin, host))
    return { code: 'foreign-origin', detail: `A change was asked for by a page of ${origin}.` }
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none')
    return { code: 'foreign-origin', detail: 'A change was asked for by a page of another site.' }
  if (!/^application\/json(;|$)/i.test(request.headers.get('content-type') ?? ''))
    return { code: 'invalid-request', detail: 'A change must be sent as application/json.' }
  return null
}

const isOwnOrigin = (origin: string, host: string): boolean => {
  try {
    return new URL(origin).host === host.toLowerCase()
  } catch {
    return false
  }
}
