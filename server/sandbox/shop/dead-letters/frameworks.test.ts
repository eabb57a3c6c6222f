import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bigIntegerBytes, connectHeaders, type Death, smallryeHeaders, springHeaders } from './frameworks.ts'
import type { Header } from './raw-record.ts'

const death: Death = {
  topic: 'orders',
  partition: 3,
  offset: 9_007_199_254_740_993n,
  timestamp: 1_700_000_000_000n,
  group: 'payments',
  errorClass: 'A',
  causeClass: 'B',
  message: 'm',
  stack: 's',
}
const names = (headers: readonly Header[]) => headers.map(([name]) => name.toString())
const own: Header[] = [
  [Buffer.from('tag'), Buffer.from('1')],
  [Buffer.from('x'), null],
  [Buffer.from('tag'), Buffer.from('2')],
]

describe('dead-letter headers are written as the frameworks write them', () => {
  it('Spring: partition and offset big-endian, origin once over retries, exceptions replaced', () => {
    const first = springHeaders(own, death, { attempts: 2, notBefore: 5n, firstAttemptAt: 1n })
    const second = springHeaders(first, { ...death, topic: 'orders-retry-0', errorClass: 'C' })
    const valuesOf = (name: string) =>
      second.filter(([one]) => one.toString() === name).map(([, value]) => value)
    expect(valuesOf('kafka_dlt-original-topic')).toEqual([Buffer.from('orders')])
    expect(valuesOf('kafka_dlt-original-partition')).toEqual([Buffer.from([0, 0, 0, 3])])
    expect(valuesOf('kafka_dlt-original-offset')[0]?.readBigInt64BE()).toBe(death.offset)
    expect(valuesOf('kafka_dlt-exception-cause-fqcn')).toEqual([Buffer.from('C')])
    expect(second.slice(0, 3)).toEqual(own)
    expect(names(second)).not.toContain('retry_topic-attempts')
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
    expect(names(smallryeHeaders(own, death)).slice(-3)).toEqual(['tag', 'x', 'tag'])
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
