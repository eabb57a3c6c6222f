import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ChainRules,
  quietPeriodOf,
  retryChainFrom,
  retryChainOf,
  type TopicSample,
} from './retry-chain.ts'

const rules: ChainRules = { retrySuffixes: [] }
const chain = (
  origin: string,
  names: readonly string[],
  samples: readonly TopicSample[] = [],
  own: ChainRules = rules,
) => retryChainOf(origin, names, samples, own).topics.map(({ topic, delayMs }) => [topic, delayMs])

describe('the retry chain of a topic', () => {
  it('goes by the places that Spring counts, and ends in its dead-letter topic', () => {
    const names = [
      'orders',
      'orders-dlt',
      'orders-retry-1',
      'orders-retry-0',
      'orders-retry-2',
      'stock-retry-0',
    ]
    expect(chain('orders', names)).toEqual([
      ['orders-retry-0', null],
      ['orders-retry-1', null],
      ['orders-retry-2', null],
      ['orders-dlt', null],
    ])
  })
  it('has its delays from names that tell them', () => {
    expect(chain('orders', ['orders-retry-2000', 'orders-retry-1000', 'orders-retry-10000'])).toEqual([
      ['orders-retry-1000', 1_000],
      ['orders-retry-2000', 2_000],
      ['orders-retry-10000', 10_000],
    ])
    expect(chain('orders', ['orders-retry-1000-1', 'orders-retry-1000-0', 'orders-retry-500'])).toEqual([
      ['orders-retry-500', 500],
      ['orders-retry-1000-0', 1_000],
      ['orders-retry-1000-1', 1_000],
    ])
    expect(chain('orders', ['orders_retry_10000', 'orders_retry_20000'])).toEqual([
      ['orders_retry_10000', 10_000],
      ['orders_retry_20000', 20_000],
    ])
    expect(chain('orders', ['orders-retry'])).toEqual([['orders-retry', null]])
  })
  it('has its delays from the headers of records where names only count', () => {
    const samples = [{ topic: 'orders-retry-0', origins: ['orders'], delayMs: 4_000 }]
    expect(chain('orders', ['orders-retry-0'], samples)).toEqual([['orders-retry-0', 4_000]])
  })
  it('goes on from a retry topic that letters are sent into', () => {
    const names = ['orders', 'orders-retry-0', 'orders-retry-1', 'orders-dlt']
    const topics = (from: string) => retryChainFrom(from, names, [], rules).topics.map(({ topic }) => topic)
    expect(topics('orders-retry-0')).toEqual(['orders-retry-1', 'orders-dlt'])
    expect(topics('orders-retry-1')).toEqual(['orders-dlt'])
    expect(topics('orders')).toEqual(['orders-retry-0', 'orders-retry-1', 'orders-dlt'])
  })
  it('goes on from a retry topic that its dead letters name as their origin', () => {
    const names = ['orders', 'orders_retry_1000', 'orders_retry_5000', 'dead-letter-topic-in']
    const samples = [
      { topic: 'dead-letter-topic-in', origins: ['orders_retry_1000', 'orders_retry_5000'], delayMs: null },
    ]
    const topics = retryChainFrom('orders_retry_1000', names, samples, rules).topics
    expect(topics.map(({ topic }) => topic)).toEqual(['orders_retry_5000', 'dead-letter-topic-in'])
  })
  it('does not take the topics of another that begins with the same name', () => {
    expect(chain('orders', ['orders-eu', 'orders-eu-retry-0', 'orders-eu-dlt'])).toEqual([])
  })
  it('takes endings of spillway.yaml', () => {
    const own = { retrySuffixes: ['.again'] }
    expect(chain('orders', ['orders.again', 'orders.again-0', 'orders.againbut'], [], own)).toEqual([
      ['orders.again', null],
      ['orders.again-0', null],
    ])
  })
  it('takes what is named like a retry topic and whose records name a topic of the chain', () => {
    const samples = [
      { topic: 'in-channel_retry_10000', origins: ['orders'], delayMs: null },
      { topic: 'in-channel_retry_20000', origins: ['in-channel_retry_10000'], delayMs: null },
      { topic: 'elsewhere-retry', origins: ['stock'], delayMs: null },
      { topic: 'shipments', origins: ['orders'], delayMs: null },
      { topic: 'dead-letter-topic-in-channel', origins: ['in-channel_retry_20000'], delayMs: null },
    ]
    const names = samples.map(({ topic }) => topic)
    expect(chain('orders', names, samples)).toEqual([
      ['in-channel_retry_10000', 10_000],
      ['in-channel_retry_20000', 20_000],
      ['dead-letter-topic-in-channel', null],
    ])
  })
  it('has each topic once, never the origin, retry topics first, whatever names and samples there are', () => {
    const name = fc
      .array(fc.constantFrom('orders', '-retry', '-0', '_retry_5', '-dlt', '.'), { maxLength: 4 })
      .map((parts) => parts.join(''))
    const sample = fc.record({
      topic: name,
      origins: fc.array(name, { maxLength: 2 }),
      delayMs: fc.option(fc.nat(1_000)),
    })
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.array(sample), (names, samples) => {
        const { topics } = retryChainOf('orders', names, samples, rules)
        expect(new Set(topics.map(({ topic }) => topic)).size).toBe(topics.length)
        expect(topics.map(({ topic }) => topic)).not.toContain('orders')
        const kinds = topics.map(({ kind }) => kind)
        expect(kinds).toEqual(kinds.toSorted((a, b) => (a === b ? 0 : a === 'retry' ? -1 : 1)))
      }),
    )
  })
})

describe('the quiet period', () => {
  const of = (names: readonly string[], configuredMs: number, samples: readonly TopicSample[] = []) =>
    quietPeriodOf([retryChainOf('orders', names, samples, rules)], configuredMs)
  it('is the configured one where no retry topic is known', () => {
    expect(of([], 30_000)).toEqual({
      quietMs: 30_000,
      why: 'the configured quiet period; no retry topic of orders is known',
    })
  })
  it('is never shorter than the sum of the delays that are known', () => {
    expect(of(['orders-retry-10000', 'orders-retry-60000'], 30_000)).toEqual({
      quietMs: 70_000,
      why: 'the sum of the retry delays (orders-retry-10000 10 s, orders-retry-60000 1 min), longer than the configured 30 s',
    })
    expect(of(['orders-retry-500'], 30_000)).toEqual({
      quietMs: 30_000,
      why: 'the configured quiet period, longer than the sum of the retry delays (orders-retry-500 500 ms)',
    })
  })
  it('says which delays are not known', () => {
    expect(of(['orders-retry-0'], 2_000)).toEqual({
      quietMs: 2_000,
      why: 'the configured quiet period; the delay of orders-retry-0 is not known',
    })
  })
  it('covers the delay of a target that is a retry topic itself, and what follows', () => {
    const names = ['orders', 'orders-retry-5000', 'orders-retry-10000', 'orders-retry-60000']
    const from = (target: string) => quietPeriodOf([retryChainFrom(target, names, [], rules)], 1_000).quietMs
    expect(from('orders')).toBe(75_000)
    expect(from('orders-retry-10000')).toBe(70_000)
    expect(from('orders-retry-60000')).toBe(60_000)
  })
  it('covers the longest of several chains', () => {
    const chains = ['orders', 'stock'].map((origin) =>
      retryChainOf(origin, ['orders-retry-10000', 'stock-retry-90000'], [], rules),
    )
    expect(quietPeriodOf(chains, 1_000).quietMs).toBe(90_000)
  })
})
