import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import type { ConnectionId } from '#server/contracts/scalars.ts'
import { readEnv } from '#server/env.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'
import { type Bench, good, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import { planReplay } from './plan-replay.ts'
import { lettersOf } from './replay-fixture.ts'

let bench: Bench
let registry: SchemaRegistry
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'), [
    { id: 'other', brokers: inject('brokers') },
  ])
  const { deps } = compose(readEnv({ DATABASE_URL: bench.database.url }), {
    connections: [
      connectionConfig.parse({
        id: 'local',
        name: 'Local',
        brokers: inject('brokers'),
        registry: { url: inject('registryUrl') },
      }),
    ],
  })
  const made = deps.connections[0]?.registry
  if (!made) throw new Error('there is a registry')
  registry = made
})
afterAll(() => bench.dispose())

const register = async (name: string): Promise<number> => {
  const schema = JSON.stringify({ type: 'record', name, fields: [{ name: 'total', type: 'long' }] })
  const answer = await fetch(
    `${inject('registryUrl')}/subjects/clash-${name}-${bench.suffix}-value/versions`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema }),
    },
  )
  return ((await answer.json()) as { id: number }).id
}
const framed = (schemaId: number) => {
  const head = Buffer.alloc(5)
  head.writeInt32BE(schemaId, 1)
  return Buffer.concat([head, Buffer.from([2])])
}

it('warns of letters whose schema id stands for another schema where they go', async () => {
  const [paid, refunded] = [await register('Paid'), await register('Refunded')]
  const origin = await bench.makeTopic(`clash-${bench.suffix}`, 1)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1)
  await bench.send(
    [paid, refunded].map((id, offset) =>
      outgoing(letters, {
        value: framed(id),
        headers: springHeaders({ topic: origin, offset: BigInt(offset) }),
      }),
    ),
  )
  const letterIds = (await lettersOf(bench, letters)).map(({ id }) => id)
  /** What is found of schemas where the other connection's registry answers so. */
  const found = async (there: SchemaRegistry, targetConnection: string | null = 'other') => {
    const connections = bench.deps.connections.map((one) => ({
      ...one,
      registry: one.id === 'other' ? there : registry,
    }))
    const deps = { ...bench.deps, connections }
    const request = {
      selection: { letterIds },
      targetTopic: null,
      targetConnection: targetConnection as ConnectionId | null,
    }
    const home = connections.find(({ id }) => id === 'local') ?? bench.connection
    const plan = await good(planReplay(deps, home, bench.actor, request, bench.call()))
    return plan.findings.filter(({ code }) => code.startsWith('schema-'))
  }
  expect(await found(registry)).toEqual([])
  // Another registry gives its ids in its own order.
  const swapped: SchemaRegistry = {
    ...registry,
    schemaById: (id, call) => registry.schemaById(id === paid ? refunded : id, call),
  }
  const [clash, ...others] = await found(swapped)
  expect(others).toEqual([])
  expect(clash).toMatchObject({
    code: 'schema-clash',
    severity: 'warning',
    count: 1,
    consent: expect.any(String),
    sentence: expect.stringContaining(`(schema ${paid})`),
  })
  expect(await found(swapped, null)).toEqual([])
})
