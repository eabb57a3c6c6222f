import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type HttpFaultProxy, startHttpFaultProxy } from '#server/sandbox/stack/fault-proxy.ts'
import { makeConfluentRegistry } from './make-confluent-registry.ts'

const registryUrl = inject('registryUrl')
const run = Math.random().toString(36).slice(2, 8)
const call = () => ({ signal: AbortSignal.timeout(10_000) })

const register = async (subject: string, body: object): Promise<number> => {
  const response = await fetch(`${registryUrl}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify(body),
  })
  return ((await response.json()) as { id: number }).id
}

describe('a schema registry', () => {
  let proxy: HttpFaultProxy
  let id: number
  const schema = JSON.stringify({
    type: 'record',
    name: `Order${run}`,
    fields: [{ name: 'id', type: 'long' }],
  })

  beforeAll(async () => {
    proxy = await startHttpFaultProxy(registryUrl)
    id = await register(`registry-${run}-value`, { schema, schemaType: 'AVRO' })
  })
  afterAll(() => proxy.stop())

  it('gives a schema by its id with the subject it is registered under', async () => {
    const answer = await makeConfluentRegistry({ url: registryUrl }).schemaById(id, call())
    expect(answer).toMatchObject({
      ok: true,
      value: { id, type: 'AVRO', subject: `registry-${run}-value`, version: 1 },
    })
  })

  it('gives references along', async () => {
    const inner = `registry-${run}-inner`
    const name = `shop.Line${run}`
    await register(inner, {
      schema: JSON.stringify({
        type: 'record',
        name: `Line${run}`,
        namespace: 'shop',
        fields: [{ name: 'sku', type: 'string' }],
      }),
    })
    const outer = JSON.stringify({
      type: 'record',
      name: `Cart${run}`,
      fields: [{ name: 'line', type: name }],
    })
    const outerId = await register(`registry-${run}-outer`, {
      schema: outer,
      references: [{ name, subject: inner, version: 1 }],
    })
    const answer = await makeConfluentRegistry({ url: registryUrl }).schemaById(outerId, call())
    expect(answer.ok && answer.value.references.map((one) => one.name)).toEqual([name])
  })

  it('says of an unknown id that it is not there', async () => {
    const answer = await makeConfluentRegistry({ url: registryUrl }).schemaById(987_654, call())
    expect(answer).toMatchObject({ ok: false, error: { kind: 'not-found', source: 'registry' } })
  })

  it.each([404, 405, 500])('answering %i to the optional call still gives the schema', async (status) => {
    proxy.answer({ path: /\/versions$/, status })
    const answer = await makeConfluentRegistry({ url: proxy.url }).schemaById(id, call())
    proxy.heal()
    expect(answer).toMatchObject({ ok: true, value: { id, subject: null, version: null } })
  })

  it('whose optional call hangs gives the schema soon, and goes on giving others', async () => {
    const other = await register(`registry-${run}-other`, {
      schema: JSON.stringify({ type: 'string', doc: run }),
    })
    const registry = makeConfluentRegistry({ url: proxy.url })
    proxy.answer({ path: /\/versions$/, status: 200, delayMs: 20_000 })
    const startedAt = performance.now()
    const first = await registry.schemaById(id, call())
    expect(performance.now() - startedAt).toBeLessThan(2_500)
    expect(first).toMatchObject({ ok: true, value: { id, subject: null } })
    await new Promise((resolve) => setTimeout(resolve, 3_200))
    expect(await registry.schemaById(other, call())).toMatchObject({ ok: true })
    proxy.heal()
  })

  it('is told apart from an address at which there is none', async () => {
    const wrong = new URL(registryUrl)
    wrong.pathname = '/'
    const answer = await makeConfluentRegistry({ url: wrong.href }).schemaById(id, call())
    expect(answer).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    expect(answer.ok ? '' : answer.error.detail).toContain('there is no registry at this address')
  })

  it('answers all who wait for a schema when the first of them gives up', async () => {
    const registry = makeConfluentRegistry({ url: proxy.url })
    proxy.answer({ path: /\/ids\/\d+$/, status: 200, delayMs: 600, body: JSON.stringify({ schema }) })
    const controller = new AbortController()
    const first = registry.schemaById(id, { signal: controller.signal })
    const second = registry.schemaById(id, call())
    setTimeout(() => controller.abort(new Error('the tab was closed')), 100)
    expect(await first).toMatchObject({ ok: false, error: { kind: 'timeout' } })
    expect(await second).toMatchObject({ ok: true, value: { id } })
    proxy.heal()
  })

  it('that does not answer in time is left alone for a moment, and asked again afterwards', async () => {
    const registry = makeConfluentRegistry({ url: proxy.url })
    proxy.answer({ path: /./, status: 200, delayMs: 20_000 })
    const first = await registry.schemaById(id, call())
    expect(first).toMatchObject({ ok: false, error: { kind: 'timeout' } })
    const startedAt = performance.now()
    await registry.schemaById(id, call())
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    proxy.heal()
    await new Promise((resolve) => setTimeout(resolve, 2_100))
    expect((await registry.schemaById(id, call())).ok).toBe(true)
  })
})
