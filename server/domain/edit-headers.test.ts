import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RawHeader } from './dead-letter.ts'
import { composeHeaders, type EditedHeader, ruleOfHeader } from './edit-headers.ts'
import { makeCopyHeaders, makeLineage, makeStripTest } from './replay-copy.ts'

const text = (name: string, value: string): RawHeader => ({ name, value: Buffer.from(value) })
const none = (): boolean => false
const source = 'orders-dlt@0@7'
let made = 0
const compose = (
  original: readonly RawHeader[],
  draft: readonly EditedHeader[],
  isStripped: (name: string) => boolean = none,
) => composeHeaders(original, draft, { isStripped, makeId: () => `new-${++made}`, source })
const all = (headers: readonly RawHeader[]): EditedHeader[] => headers.map((_, from) => ({ from }))
const texts = (headers: readonly RawHeader[]) =>
  headers.map(({ name, value }) => `${name}=${value === null ? 'null' : Buffer.from(value).toString()}`)

describe('the rule of a header', () => {
  it.each([
    ['ce_id', 'new-id'],
    ['message-id', 'new-id'],
    ['messageId', 'new-id'],
    ['NServiceBus.MessageId', 'new-id'],
    ['traceparent', 'locked'],
    ['X-B3-TraceId', 'locked'],
    ['NServiceBus.SagaId', 'locked'],
    ['x-replay-edited', 'locked'],
    ['correlation-id', 'warned'],
    ['kafka_replyTopic', 'warned'],
    ['content-type', 'warned'],
    ['__value_schema_id', 'warned'],
    ['__TypeId__', 'warned'],
    ['tenant', 'free'],
    ['x-my-message-identity', 'free'],
  ] as const)('%s is %s', (name, rule) => {
    expect(ruleOfHeader(name, none).rule).toBe(rule)
  })
  it('failure headers and the lineage are left out of a copy, whatever they are called', () => {
    const isStripped = makeStripTest([])
    expect(ruleOfHeader('kafka_dlt-exception-message', isStripped).rule).toBe('left-out')
    expect(ruleOfHeader('x-replay-id', isStripped).rule).toBe('left-out')
  })
})

describe('an edited message', () => {
  it('gets new ids, equal ones the same, and says what it was made from', () => {
    const original = [
      text('ce_id', 'a'),
      text('tenant', 'x'),
      text('message-id', 'a'),
      text('MessageId', 'b'),
    ]
    const { headers, newIds, problems } = compose(original, all(original))
    const [first, second] = [newIds[0]?.after, newIds[2]?.after]
    expect(problems).toEqual([])
    expect(first).not.toBe(second)
    expect(texts(headers)).toEqual([
      `ce_id=${first}`,
      'tenant=x',
      `message-id=${first}`,
      `MessageId=${second}`,
      'x-replay-edited=orders-dlt@0@7',
      'x-replay-edited-id=a',
    ])
  })

  it('may have other headers changed, removed and added; those of which readers choose are warned of', () => {
    const original = [text('tenant', 'x'), text('content-type', 'a/b'), text('old', '1')]
    const { headers, problems, warnings } = compose(original, [
      text('tenant', 'y'),
      text('content-type', 'c/d'),
      text('new', '2'),
    ])
    expect(problems).toEqual([])
    expect(warnings).toEqual(['content-type is changed: readers choose by it how they read the value.'])
    expect(texts(headers).slice(0, 3)).toEqual(['tenant=y', 'content-type=c/d', 'new=2'])
  })

  it('keeps its locked headers: they can not be left out, changed, or added', () => {
    const original = [text('traceparent', 't'), text('tenant', 'x')]
    expect(compose(original, [{ from: 1 }]).problems).toMatchObject([
      { index: null, message: expect.stringContaining('traceparent can not be changed or left out') },
    ])
    const added = compose(original, [...all(original), text('ce_id', 'mine')])
    expect(added.problems).toMatchObject([
      { index: 2, message: expect.stringContaining('ce_id can not be set') },
    ])
    expect(
      compose([], [text('x-replay-id', '1')], (name) => name.startsWith('x-replay')).problems,
    ).toHaveLength(1)
  })

  it('keeps the order of what it keeps, each once', () => {
    const original = [text('a', '1'), text('b', '2')]
    expect(compose(original, [{ from: 1 }, { from: 0 }]).problems).toHaveLength(1)
    expect(compose(original, [{ from: 0 }, { from: 0 }, { from: 1 }]).problems).toHaveLength(1)
    expect(compose(original, [...all(original), { from: 2 }]).problems).toHaveLength(1)
  })
})

const header = fc.record({
  name: fc.constantFrom('a', 'b', 'ce_id', 'traceparent', 'kafka_dlt-original-topic', 'content-type', ''),
  value: fc.option(fc.uint8Array({ maxLength: 6 })),
})

it('headers that are kept are the same bytes in their order, but for ids', () => {
  fc.assert(
    fc.property(fc.array(header, { maxLength: 12 }), (original) => {
      const { headers, problems } = compose(original, all(original))
      expect(problems).toEqual([])
      const kept = headers.slice(0, original.length)
      for (const [at, one] of original.entries())
        if (one.name !== 'ce_id' || one.value === null || one.value.length === 0) expect(kept[at]).toBe(one)
    }),
  )
})

it('a copy carries the link to the original beside its lineage', () => {
  const original = [text('kafka_dlt-original-topic', 'orders'), text('tenant', 'x')]
  const { headers } = compose(original, all(original), makeStripTest(original))
  const lineage = makeLineage({ id: '1', number: 1, nowMs: 0n })({
    itemId: 1n,
    source,
    attempt: 1,
    originMs: null,
  })
  const names = makeCopyHeaders(headers, lineage).map(({ name }) => name)
  expect(names.slice(0, 3)).toEqual(['tenant', 'x-replay-edited', 'x-replay-id'])
})
