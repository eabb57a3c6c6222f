import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import type { SchemaDraft } from '#server/ports/schema-catalogue.ts'
import { type HttpFaultProxy, startHttpFaultProxy } from '#server/sandbox/stack/fault-proxy.ts'
import { makeConfluentRegistry } from './make-confluent-registry.ts'

const registryUrl = inject('registryUrl')
const run = Math.random().toString(36).slice(2, 8)
const call = () => ({ signal: AbortSignal.timeout(10_000) })

const record = (name: string, ...fields: object[]): SchemaDraft => ({
  type: 'AVRO',
  text: JSON.stringify({ type: 'record', name: `${name}${run}`, fields }),
  references: [],
})
const first = record('Order', { name: 'id', type: 'int' })
const second = record('Order', { name: 'id', type: 'int' }, { name: 'city', type: 'string' })
const third = record(
  'Order',
  { name: 'id', type: 'int' },
  { name: 'city', type: 'string' },
  { name: 'zip', type: ['null', 'string'], default: null },
)

describe('the catalogue of a registry', () => {
  const { catalogue } = makeConfluentRegistry({ url: registryUrl })
  const subject = `catalogue/${run}-value`

  it('registers versions, lists them and finds one by its text; a name may hold a slash', async () => {
    expect(await catalogue.register(subject, first, call())).toMatchObject({ ok: true })
    expect(await catalogue.register(subject, second, call())).toMatchObject({ ok: true })
    expect(await catalogue.subjects({ deleted: false }, call())).toMatchObject({
      value: expect.arrayContaining([subject]),
    })
    expect(await catalogue.versions(subject, { deleted: false }, call())).toMatchObject({ value: [1, 2] })
    expect(await catalogue.version(subject, 'latest', { deleted: false }, call())).toMatchObject({
      value: { subject, version: 2, type: 'AVRO', text: second.text },
    })
    expect(await catalogue.lookUp(subject, first, call())).toMatchObject({ value: { version: 1 } })
    expect(await catalogue.lookUp(subject, third, call())).toEqual({ ok: true, value: null })
  })

  it('tests a draft under the level that was set, and says why it is refused, where the registry does', async () => {
    expect(await catalogue.setCompatibility(subject, 'BACKWARD', call())).toMatchObject({ ok: true })
    expect(await catalogue.compatibility(subject, call())).toMatchObject({
      value: { level: 'BACKWARD', own: true },
    })
    const bad = record('Order', { name: 'id', type: 'int' }, { name: 'country', type: 'string' })
    const verdict = await catalogue.test(subject, bad, 'latest', call())
    expect(verdict).toMatchObject({ value: { compatible: false } })
    // Apicurio 2.6 says why; 3.3 leaves its reasons out.
    const plain = await fetch(
      `${registryUrl}/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest?verbose=true`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ schema: bad.text }),
      },
    )
    const saysWhy = (await plain.text()).includes('country')
    expect(verdict.ok && verdict.value.reasons.join(' ').includes('country')).toBe(saysWhy)
    expect(await catalogue.test(subject, third, 'latest', call())).toMatchObject({
      value: { compatible: true },
    })
    const refused = await catalogue.register(subject, bad, call())
    expect(refused).toMatchObject({ ok: false, error: { kind: 'invalid' } })
    expect(refused.ok ? '' : refused.error.detail).toContain('country')
  })

  it('refuses what is no schema, in the words of the registry', async () => {
    const broken = { type: 'AVRO', text: '{"type":', references: [] } as const
    expect(await catalogue.register(subject, broken, call())).toMatchObject({
      ok: false,
      error: { kind: 'invalid', source: 'registry' },
    })
  })

  it('names the references of a version, and who refers to it', async () => {
    const inner = `inner-${run}`
    const line: SchemaDraft = {
      type: 'AVRO',
      text: JSON.stringify({ type: 'record', name: `Line${run}`, namespace: 'shop', fields: [] }),
      references: [],
    }
    await catalogue.register(inner, line, call())
    const outer: SchemaDraft = {
      ...record('Cart', { name: 'line', type: `shop.Line${run}` }),
      references: [{ name: `shop.Line${run}`, subject: inner, version: 1 }],
    }
    const id = await catalogue.register(`outer-${run}`, outer, call())
    expect(await catalogue.version(`outer-${run}`, 1, { deleted: false }, call())).toMatchObject({
      value: { references: outer.references },
    })
    expect(await catalogue.referencedBy(inner, 1, call())).toEqual({
      ok: true,
      value: [id.ok ? id.value : null],
    })
    expect(await catalogue.placesOf(id.ok ? id.value : 0, call())).toMatchObject({
      value: [{ subject: `outer-${run}`, version: 1 }],
    })
  })

  it('brings a softly deleted text back under the same id, as a new version', async () => {
    const again = `again-${run}`
    const id = await catalogue.register(again, third, call())
    await catalogue.deleteVersion(again, 1, { permanent: false }, call())
    expect(await catalogue.register(again, third, call())).toEqual(id)
    expect(await catalogue.versions(again, { deleted: false }, call())).toMatchObject({ value: [2] })
  })

  it('deletes softly what is still listed as deleted, and then for good', async () => {
    const early = await catalogue.deleteVersion(subject, 1, { permanent: false }, call())
    expect(early).toMatchObject({ ok: true })
    expect(await catalogue.versions(subject, { deleted: false }, call())).toMatchObject({ value: [2] })
    expect(await catalogue.versions(subject, { deleted: true }, call())).toMatchObject({ value: [1, 2] })
    expect(await catalogue.version(subject, 1, { deleted: true }, call())).toMatchObject({ ok: true })
    expect(await catalogue.deleteSubject(subject, { permanent: true }, call())).toMatchObject({
      ok: false,
      error: { kind: 'invalid' },
    })
    expect(await catalogue.deleteSubject(subject, { permanent: false }, call())).toMatchObject({ ok: true })
    expect(await catalogue.subjects({ deleted: true }, call())).toMatchObject({
      value: expect.arrayContaining([subject]),
    })
    expect(await catalogue.deleteSubject(subject, { permanent: true }, call())).toMatchObject({ ok: true })
    const all = await catalogue.subjects({ deleted: true }, call())
    expect(all.ok && all.value).not.toContain(subject)
  })
})

describe('a registry that lacks optional calls', () => {
  let proxy: HttpFaultProxy
  const subject = `soft-${run}`

  beforeAll(async () => {
    proxy = await startHttpFaultProxy(registryUrl)
    await makeConfluentRegistry({ url: registryUrl }).catalogue.register(subject, first, call())
  })
  afterEach(() => proxy.heal())
  afterAll(() => proxy.stop())

  const optional = {
    config: [
      /\/config/,
      (c: ReturnType<typeof makeConfluentRegistry>) => c.catalogue.compatibility(subject, call()),
    ],
    mode: [/\/mode/, (c: ReturnType<typeof makeConfluentRegistry>) => c.catalogue.mode(subject, call())],
    contexts: [/\/contexts/, (c: ReturnType<typeof makeConfluentRegistry>) => c.catalogue.contexts(call())],
    types: [/\/schemas\/types/, (c: ReturnType<typeof makeConfluentRegistry>) => c.catalogue.types(call())],
    'referenced by': [
      /referencedby/,
      (c: ReturnType<typeof makeConfluentRegistry>) => c.catalogue.referencedBy(subject, 1, call()),
    ],
    'compatibility test': [
      /\/compatibility\//,
      (c: ReturnType<typeof makeConfluentRegistry>) => c.catalogue.test(subject, second, 'latest', call()),
    ],
    places: [
      /\/schemas\/ids\/\d+\/versions/,
      (c: ReturnType<typeof makeConfluentRegistry>) => c.catalogue.placesOf(1, call()),
    ],
  } as const

  const kinds = { 404: 'unsupported', 405: 'unsupported', 500: 'unreachable' } as const
  const cases = Object.keys(optional).flatMap((name) =>
    ([404, 405, 500] as const).map((status) => [name as keyof typeof optional, status] as const),
  )

  it.each(cases)('%s answered %i: says so, and all that is needed goes on', async (name, status) => {
    const [path, ask] = optional[name]
    proxy.answer({ path, status, body: '<html>' })
    const registry = makeConfluentRegistry({ url: proxy.url })
    expect(await ask(registry)).toMatchObject({ ok: false, error: { kind: kinds[status] } })
    expect(await registry.catalogue.version(subject, 'latest', { deleted: false }, call())).toMatchObject({
      ok: true,
    })
  })

  it('mode is told where the registry has one (Apicurio 3.3 does, 2.6 does not), else as not offered', async () => {
    const { catalogue } = makeConfluentRegistry({ url: registryUrl })
    const plain = await fetch(`${registryUrl}/mode`)
    expect(await catalogue.mode(null, call())).toMatchObject(
      plain.ok ? { ok: true, value: 'READWRITE' } : { ok: false, error: { kind: 'unsupported' } },
    )
  })

  it.each([
    [
      'versions',
      /\/versions$/,
      (c: ReturnType<typeof makeConfluentRegistry>) =>
        c.catalogue.versions(subject, { deleted: false }, call()),
    ],
    [
      'subjects',
      /\/subjects$/,
      (c: ReturnType<typeof makeConfluentRegistry>) => c.catalogue.subjects({ deleted: false }, call()),
    ],
    [
      'version',
      /\/versions\/1$/,
      (c: ReturnType<typeof makeConfluentRegistry>) =>
        c.catalogue.version(subject, 1, { deleted: false }, call()),
    ],
  ] as const)('%s answered with what is none: says so, naming the registry', async (_, path, ask) => {
    proxy.answer({ path, status: 200, body: '{}' })
    expect(await ask(makeConfluentRegistry({ url: proxy.url }))).toMatchObject({
      ok: false,
      error: { kind: 'invalid', source: 'registry' },
    })
  })

  it('a change answered with what is no answer may have been made', async () => {
    proxy.answer({ path: /\/versions$/, status: 200, body: '{}' })
    const { catalogue } = makeConfluentRegistry({ url: proxy.url })
    expect(await catalogue.register(subject, second, call())).toMatchObject({
      error: { kind: 'unreachable' },
    })
  })

  it('a call that hangs is given up soon, and no other rests with it', async () => {
    proxy.answer({ path: /\/mode/, status: 200, delayMs: 20_000 })
    const { catalogue } = makeConfluentRegistry({ url: proxy.url })
    const startedAt = performance.now()
    expect(await catalogue.mode(subject, call())).toMatchObject({ ok: false, error: { kind: 'timeout' } })
    expect(performance.now() - startedAt).toBeLessThan(2_500)
    expect(await catalogue.compatibility(subject, call())).toMatchObject({ ok: true })
    expect(await catalogue.versions(subject, { deleted: false }, call())).toMatchObject({ ok: true })
  })
})
