import { createServer } from 'node:net'

const isFree = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null))
    })
  })

/** Ports given out by this process: two parts that prefer the same one must not both find it free. */
const given = new Set<number>()

/** A free TCP port of loopback: the preferred one when it is free, otherwise any. Never the same twice. */
export const findFreePort = async (preferred = 0): Promise<number> => {
  const wanted = given.has(preferred) ? 0 : preferred
  const port = (await isFree(wanted)) ?? (await isFree(0))
  if (port === null) throw new Error('No free TCP port on 127.0.0.1.')
  if (given.has(port)) return findFreePort()
  given.add(port)
  return port
}
