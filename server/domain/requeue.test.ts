import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requeueActions } from '#server/contracts/choices.ts'
import type { RawHeader } from './dead-letter.ts'
import { readEncoded } from './header-encoding.ts'
import {
  bigIntegerBytes,
  chainEndsOf,
  dueAtOf,
  isParked,
  type RequeueRecipe,
  recipeOf,
  requeueCopy,
  retryConventionOf,
  routeRequeue,
} from './requeue.ts'

const text = (name: string, value: string): RawHeader => ({ name, value: Buffer.from(value) })
const attempts: RawHeader = { name: 'retry_topic-attempts', value: Buffer.from([0, 0, 0, 2]) }
const due = (atMs: bigint): RawHeader => ({
  name: 'retry_topic-backoff-timestamp',
  value: bigIntegerBytes(atMs),
})
const nowMs = 1_795_000_000_000n

const spring = chainEndsOf({
  origin: 'orders',
  topics: [
    { topic: 'orders-retry-0', kind: 'retry', delayMs: 1_000, by: 'name' },
    { topic: 'orders-retry-1', kind: 'retry', delayMs: 60_000, by: 'name' },
    { topic: 'shared-dlq', kind: 'dead-letter', delayMs: null, by: 'records' },
    { topic: 'orders-dlt', kind: 'dead-letter', delayMs: null, by: 'name' },
  ],
})
const smallrye = chainEndsOf({
  origin: 'stock',
  topics: [
    { topic: 'stock_retry_10000', kind: 'retry', delayMs: 10_000, by: 'name' },
    { topic: 'stock_retry_50000', kind: 'retry', delayMs: 50_000, by: 'name' },
    { topic: 'dead-letter-topic-stock', kind: 'dead-letter', delayMs: null, by: 'name' },
  ],
})

/** Headers of an application: any names and bytes, duplicates and nulls. */
const ownHeaders = fc.array(
  fc.record({
    name: fc.oneof(fc.constantFrom('a', 'b', 'kafka_dlt-exception-message'), fc.string({ maxLength: 8 })),
    value: fc.option(fc.uint8Array({ maxLength: 12 })),
  }),
  { maxLength: 8 },
)
const recipes = fc.constantFrom(...requeueActions).map((action): RequeueRecipe => recipeOf(action, spring))

describe('when a waiting record is due', () => {
  it('is what Spring wrote last, also with a leading zero byte and before 1970 nothing', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 8_640_000_000_000_000n }), (atMs) => {
        const record = {
          topic: 'orders-retry-0',
          headers: [due(1n), attempts, due(atMs)],
          timestampMs: nowMs,
        }
        expect(dueAtOf(record)).toBe(Number(atMs))
      }),
    )
    const record = { topic: 'orders-retry-0', timestampMs: nowMs }
    expect(dueAtOf({ ...record, headers: [due(-5n)] })).toBeNull()
    expect(
      dueAtOf({ ...record, headers: [{ name: 'retry_topic-backoff-timestamp', value: null }] }),
    ).toBeNull()
  })

  it('is the timestamp and the delay of the name for SmallRye', () => {
    const headers = [text('delayed-retry-topic', 'stock'), text('delayed-retry-count', '0')]
    expect(dueAtOf({ topic: 'stock_retry_10000', headers, timestampMs: nowMs })).toBe(Number(nowMs) + 10_000)
    expect(retryConventionOf({ topic: 'stock-again', headers, timestampMs: nowMs })).toBeNull()
  })

  it('is not told by headers that are nobody’s', () => {
    const record = { topic: 'orders-retry-0', headers: [text('attempts', '2')], timestampMs: nowMs }
    expect([retryConventionOf(record), dueAtOf(record)]).toEqual([null, null])
  })
})

describe('where copies go', () => {
  const targets = (topic: string, convention: Parameters<typeof routeRequeue>[2], ends = spring) =>
    requeueActions.map((action) => routeRequeue(action, topic, convention, ends).targetTopic)

  it('of Spring skips the wait in the origin topic, where no partition is held', () => {
    expect(targets('orders-retry-0', 'spring-retryable')).toEqual(['orders', 'orders-retry-1', 'orders-dlt'])
  })
  it('of SmallRye stays in the topic, where each record waits for itself', () => {
    expect(targets('stock_retry_10000', 'smallrye-retry', smallrye)).toEqual([
      'stock_retry_10000',
      'stock_retry_50000',
      'dead-letter-topic-stock',
    ])
  })
  it('is refused for the last retry in the last retry topic, and where the convention is not known', () => {
    expect(targets('orders-retry-1', 'spring-retryable')).toEqual(['orders', null, 'orders-dlt'])
    expect(targets('orders-retry-0', null)).toEqual([null, null, 'orders-dlt'])
    for (const action of requeueActions) {
      const none = { origin: 'x', retries: [], lastRetry: null, deadLetterTopic: null }
      const route = routeRequeue(action, 'x-retry', null, none)
      expect([route.targetTopic, route.refusedBecause !== null]).toEqual([null, true])
    }
  })
})

describe('a requeued copy', () => {
  it('keeps every header of the application with its place and bytes', () => {
    fc.assert(
      fc.property(ownHeaders, ownHeaders, recipes, (before, after, recipe) => {
        const isOwn = ({ name }: RawHeader) => !name.startsWith('retry_topic-')
        const headers = [...before, attempts, due(nowMs + 60_000n), ...after].map((one) => ({ ...one }))
        const copy = requeueCopy({ topic: 'orders-retry-0', headers, timestampMs: nowMs }, recipe, nowMs)
        expect(copy.headers.filter(isOwn)).toEqual(headers.filter(isOwn))
        // How often it was tried stays true.
        expect(copy.headers.filter(({ name }) => name === 'retry_topic-attempts')).toEqual([attempts])
        expect(headers.filter(({ name }) => name === 'retry_topic-backoff-timestamp')).toHaveLength(1)
      }),
    )
  })

  it('of Spring is due when its action says, whatever stood there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 50n }), { maxLength: 3 }),
        recipes,
        (times, recipe) => {
          const record = {
            topic: 'orders-retry-0',
            headers: [attempts, ...times.map(due)],
            timestampMs: nowMs - 5n,
          }
          const copy = requeueCopy(record, recipe, nowMs)
          const dueMs = dueAtOf({ ...record, headers: copy.headers })
          expect(dueMs).toBe(
            { 'skip-wait': null, 'last-retry': Number(nowMs) + 60_000, park: Number(nowMs) }[recipe.action],
          )
          expect(copy.timestampMs).toBe(nowMs)
        },
      ),
    )
  })

  it('keeps its own time in a last retry whose delay nobody knows', () => {
    const record = { topic: 'orders-retry-0', headers: [attempts, due(7n)], timestampMs: nowMs }
    const recipe = { action: 'last-retry', lastRetryDelayMs: null, retries: 2 } as const
    expect(requeueCopy(record, recipe, nowMs).headers).toEqual(record.headers)
  })

  it('of SmallRye is due at once by its timestamp, and in the last topic has no retry left', () => {
    const headers = [text('delayed-retry-topic', 'stock'), text('delayed-retry-count', '0'), text('a', '1')]
    const record = { topic: 'stock_retry_10000', headers, timestampMs: nowMs }
    const skipped = requeueCopy(record, recipeOf('skip-wait', smallrye), nowMs)
    expect(dueAtOf({ ...record, ...skipped })).toBe(Number(nowMs))
    expect(skipped.headers).toEqual(headers)
    const last = requeueCopy(record, recipeOf('last-retry', smallrye), nowMs)
    expect(last.headers).toEqual([headers[0], text('delayed-retry-count', '1'), headers[2]])
    expect(last.timestampMs).toBe(nowMs)
  })
})

it('numbers are written as Java does, and read as they were written', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(readEncoded(bigIntegerBytes(value), 'big-integer')).toBe(value.toString())
    }),
  )
  expect([...bigIntegerBytes(128n)]).toEqual([0, 128])
  expect([...bigIntegerBytes(0n)]).toEqual([0])
})

it('only what says so was parked', () => {
  expect(isParked([text('x-replay-requeue', 'park')])).toBe(true)
  expect(isParked([text('x-replay-requeue', 'skip-wait')])).toBe(false)
  expect(isParked([text('x-replay-requeue', 'park'), { name: 'x-replay-requeue', value: null }])).toBe(false)
})
