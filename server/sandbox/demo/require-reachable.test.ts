import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { SandboxError } from '../stack/sandbox-error.ts'
import { requireReachable } from './require-reachable.ts'

/** A port that was free a moment ago: nobody answers there. */
const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 1))
    })
  })

const told = async (given: Parameters<typeof requireReachable>[0]): Promise<string> => {
  const error = await requireReachable(given).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(SandboxError)
  return error instanceof Error ? error.message : ''
}

describe('parts that the user names', () => {
  it('are asked only when they are named', async () => {
    await expect(requireReachable({})).resolves.toBeUndefined()
  })
  it('are told all at once when they do not answer, without the password, with what to do', async () => {
    const port = await closedPort()
    const message = await told({
      DATABASE_URL: `postgresql://spillway:secret@127.0.0.1:${port}/spillway`,
      KAFKA_BROKERS: `127.0.0.1:${port}`,
      SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}/apis/ccompat/v7`,
    })
    expect(message.split('\n')).toEqual([
      `DATABASE_URL names a PostgreSQL at 127.0.0.1:${port}/spillway, which can not be used: connect ECONNREFUSED 127.0.0.1:${port}.`,
      `KAFKA_BROKERS names a Kafka at 127.0.0.1:${port}, which can not be used: connect ECONNREFUSED 127.0.0.1:${port}.`,
      `SCHEMA_REGISTRY_URL names a schema registry at 127.0.0.1:${port}/apis/ccompat/v7, which can not be used: connect ECONNREFUSED 127.0.0.1:${port}.`,
      'Start what does not answer, correct its address, or unset the variable: then one is started for you.',
    ])
  })
  it('are told when their address is none', async () => {
    expect(await told({ DATABASE_URL: '127.0.0.1:5432' })).toContain(
      'DATABASE_URL can not be used: it is not a URL.',
    )
  })
})
