import { createServer } from 'node:net'

type Probe = { readonly port: number } | { readonly code: string }

const probe = (port: number, host: string): Promise<Probe> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? '' }))
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address()
      const found = address !== null && typeof address === 'object' ? address.port : port
      server.close(() => resolve({ port: found }))
    })
  })

/** Free on 127.0.0.1, and on ::1 not another's: browsers take `localhost` for either. */
const isFree = async (port: number): Promise<number | null> => {
  const first = await probe(port, '127.0.0.1')
  if ('code' in first) return null
  const second = await probe(first.port, '::1')
  return 'code' in second && second.code === 'EADDRINUSE' ? null : first.port
}

/** What is said beside a port that was given instead of the preferred one; '' where it was given. */
export const noteMove = (preferred: number, used: number): string =>
  preferred === used || preferred === 0 ? '' : `   (${preferred} is not free)`

/** Ports given out by this process: two parts that prefer the same one must not both find it free. */
const given = new Set<number>()

/** A free TCP port of loopback: the preferred one when it is free, otherwise any. Never the same twice. */
export const findFreePort = async (preferred = 0): Promise<number> => {
  const wanted = given.has(preferred) ? 0 : preferred
  const port = (await isFree(wanted)) ?? (await isFree(0)) ?? (await isFree(0))
  if (port === null) throw new Error('No free TCP port on 127.0.0.1.')
  if (given.has(port)) return findFreePort()
  given.add(port)
  return port
}
