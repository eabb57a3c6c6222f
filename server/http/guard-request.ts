import type { ProblemCode } from '#server/contracts/problem.ts'

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

const hostName = (host: string): string => host.replace(/:\d+$/, '').toLowerCase()

/**
 * Whether a request may enter. Any web page can make a browser send requests to loopback, also under a name of its own
 * that it has pointed there (DNS rebinding), so the Host must be one that the operator knows; a write must come from
 * our own pages (Origin equal to Host) or from a program (no Origin), and be JSON, which another site's form can not send.
 * `allowedHosts` are further names without port.
 */
export const guardRequest = (
  request: { readonly method: string; readonly headers: Headers },
  allowedHosts: ReadonlySet<string>,
): { readonly code: ProblemCode; readonly detail: string } | null => {
  const host = request.headers.get('host') ?? ''
  const name = hostName(host)
  if (!loopback.has(name) && !allowedHosts.has(name))
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

/** Host names from SPILLWAY_ALLOWED_HOSTS: comma separated, ports ignored. */
export const readAllowedHosts = (setting: string | undefined): ReadonlySet<string> =>
  new Set(
    (setting ?? '')
      .split(',')
      .map((entry) => hostName(entry.trim()))
      .filter((entry) => entry !== ''),
  )
