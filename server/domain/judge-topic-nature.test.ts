import { describe, expect, it } from 'vitest'
import { judgeTopicNature, readDelay, type SampledRecord } from './judge-topic-nature.ts'

const plain: SampledRecord = { convention: null, hasCommonNames: false, origin: null, delayMs: null }
const connect: SampledRecord = { ...plain, convention: 'kafka-connect', origin: 'orders' }
const karafka: SampledRecord = { ...plain, convention: 'karafka', hasCommonNames: true, origin: 'orders' }
const spring: SampledRecord = { ...plain, convention: 'spring-retryable', origin: 'orders', delayMs: 1_997 }
const times = (count: number, record: SampledRecord) => Array.from({ length: count }, () => record)
const judge = (sample: readonly SampledRecord[], isNamedLikeRetry = false) =>
  judgeTopicNature('rejected', sample, isNamedLikeRetry)

describe('a topic whose name says nothing', () => {
  it('holds dead letters when nearly all sampled records carry headers that only a framework writes', () => {
    expect(judge(times(20, connect))).toMatchObject({
      verdict: 'dead-letter',
      why: "20 of 20 sampled records carry Kafka Connect's failure headers.",
      conventions: ['kafka-connect'],
      origins: ['orders'],
    })
    expect(judge([connect])).toMatchObject({
      verdict: 'dead-letter',
      why: "1 of 1 sampled record carries Kafka Connect's failure headers.",
    })
    expect(judge([...times(9, connect), plain]).verdict).toBe('dead-letter')
    expect(judge([...times(5, connect), ...times(5, plain)])).toMatchObject({
      verdict: 'ordinary',
      why: "Only 5 of 10 sampled records carry Kafka Connect's failure headers.",
    })
  })
  it('is only proposed when applications use such headers, too', () => {
    expect(judge(times(20, karafka))).toMatchObject({
      verdict: 'proposed',
      why: "20 of 20 sampled records carry Karafka's failure headers; applications use headers of such names, too.",
    })
  })
  it('is a retry topic when its records wait for another try, or when it is named so', () => {
    expect(judge(times(3, spring))).toMatchObject({ verdict: 'retry', delayMs: 2_000 })
    expect(judge(times(3, { ...spring, delayMs: null }), true).verdict).toBe('retry')
  })
  it('is ordinary when its records died in itself: somebody sent them back with all their headers', () => {
    expect(judge(times(3, { ...connect, origin: 'rejected' })).verdict).toBe('ordinary')
  })
  it('is empty without records', () => {
    expect(judge([]).verdict).toBe('empty')
  })
})

describe('how long a record waits', () => {
  const due = (atMs: bigint) => [
    { name: 'retry_topic-backoff-timestamp', value: Buffer.from(atMs.toString(16).padStart(12, '0'), 'hex') },
  ]
  it('is when its next try is due after it was written, in Spring', () => {
    expect(readDelay('orders-retry-0', due(1_795_000_002_000n), 1_795_000_000_003n)).toBe(1_997)
    expect(readDelay('orders-dlt', due(1_795_000_000_000n), 1_795_000_000_003n)).toBeNull()
  })
  it('is what the name ends with, in SmallRye', () => {
    const headers = [{ name: 'delayed-retry-topic', value: Buffer.from('orders') }]
    expect(readDelay('in_retry_10000', headers, 0n)).toBe(10_000)
    expect(readDelay('in_retry_10000', [], 0n)).toBeNull()
  })
})
