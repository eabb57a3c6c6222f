import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Header } from '../exact-producer.ts'
import { bigIntegerBytes, connectHeaders, type Death, smallryeHeaders, springHeaders } from './frameworks.ts'

const death: Death = {
  topic: 'orders',
  partition: 3,
  offset: 9_007_199_254_740_993n,
  timestamp: 1_700_000_000_000n,
  group: 'payments',
  errorClass: 'A',
  causeClass: 'B',
  message: 'm',
  causeMessage: 'c',
  stack: 's',
}
const names = (headers: readonly Header[]) => headers.map(([name]) => name.toString())
const own: Header[] = [
  [Buffer.from('tag'), Buffer.from('1')],
  [Buffer.from('x'), null],
  [Buffer.from('tag'), Buffer.from('2')],
]

describe('dead-letter headers are written as the frameworks write them', () => {
  it('Spring: exceptions replaced, origin once over retries, the retry appended at every hop', () => {
    const first = springHeaders(own, death, { notBefore: 5n })
    const second = springHeaders(
      first,
      { ...death, topic: 'orders-retry-0', timestamp: 9n, errorClass: 'C' },
      { notBefore: 200n },
    )
    const exception = ['fqcn', 'cause-fqcn', 'message', 'stacktrace'].map(
      (name) => `kafka_dlt-exception-${name}`,
    )
    const origin = ['topic', 'partition', 'offset', 'timestamp', 'timestamp-type', 'consumer-group'].map(
      (name) => `kafka_dlt-original-${name}`,
    )
    const retry = ['original-timestamp', 'attempts', 'backoff-timestamp'].map((name) => `retry_topic-${name}`)
    expect(names(first)).toEqual([...names(own), ...exception, ...origin, ...retry])
    expect(names(second)).toEqual([...names(own), ...origin, ...retry, ...exception, ...retry])
    expect(second.slice(0, 3)).toEqual(own)
    const valuesOf = (name: string) =>
      second.filter(([one]) => one.toString() === name).map(([, value]) => value)
    expect(valuesOf('kafka_dlt-original-topic')).toEqual([Buffer.from('orders')])
    expect(valuesOf('kafka_dlt-original-partition')).toEqual([Buffer.from([0, 0, 0, 3])])
    expect(valuesOf('kafka_dlt-original-offset')[0]?.readBigInt64BE()).toBe(death.offset)
    expect(valuesOf('kafka_dlt-exception-cause-fqcn')).toEqual([Buffer.from('C')])
    expect(valuesOf('retry_topic-attempts').map((value) => value?.readInt32BE())).toEqual([2, 3])
    const firstTime = bigIntegerBytes(death.timestamp)
    expect(valuesOf('retry_topic-original-timestamp')).toEqual([firstTime, firstTime])
    expect(valuesOf('retry_topic-backoff-timestamp')).toEqual([Buffer.from([5]), Buffer.from([0, 200])])
  })
  it('Spring without retries: no headers of theirs', () => {
    expect(names(springHeaders(own, death)).filter((name) => name.startsWith('retry_topic'))).toEqual([])
  })
  it('Connect: appended as text, an earlier death stays before it', () => {
    const connector = { name: 'warehouse', converter: 'JsonConverter' }
    const twice = connectHeaders(connectHeaders(own, death, connector), { ...death, offset: 7n }, connector)
    const offsets = twice
      .filter(([name]) => name.toString() === '__connect.errors.offset')
      .map(([, value]) => value?.toString())
    expect(offsets).toEqual([death.offset.toString(), '7'])
  })
  it('SmallRye: its own before the message’s', () => {
    expect(names(smallryeHeaders(own, death))).toEqual([
      ...['exception-class-name', 'reason', 'cause-class-name', 'cause', 'topic', 'partition', 'offset'].map(
        (name) => `dead-letter-${name}`,
      ),
      ...names(own),
    ])
  })
  it('big integers as Java lays them out', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }), (value) => {
        const bytes = bigIntegerBytes(value)
        expect(BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))).toBe(value)
      }),
    )
    expect([...bigIntegerBytes(128n)]).toEqual([0, 128])
  })
})
