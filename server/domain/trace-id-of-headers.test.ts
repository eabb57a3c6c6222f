import { describe, expect, it } from 'vitest'
import { traceIdOfHeaders } from './trace-id-of-headers.ts'

const id = '4bf92f3577b34da6a3ce929d0e0e4736'
const span = '00f067aa0ba902b7'
const of = (...headers: (readonly [string, string])[]) =>
  traceIdOfHeaders(headers.map(([name, value]) => ({ name, value: Buffer.from(value) })))

describe('the trace of a message', () => {
  it.each([
    ['too long for version 00', `00-${id}-${span}-01-extra`],
    ['version ff', `ff-${id}-${span}-01`],
    ['upper case', `00-${id.toUpperCase()}-${span}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${span}-01`],
    ['a parent of zeros', `00-${id}-${'0'.repeat(16)}-01`],
    ['cut short', `00-${id}-${span}-0`],
    ['something before it', `x00-${id}-${span}-01`],
    ['a later version that goes on without a dash', `01-${id}-${span}-01x`],
  ])('is not read from a traceparent with %s', (_, value) => {
    expect(of(['traceparent', value])).toBeNull()
  })

  it.each([
    ['traceparent', `00-${id}-${span}-01`, id],
    ['traceparent', `cc-${id}-${span}-01-what-comes-later`, id],
    ['b3', `${id}-${span}-1-${span}`, id],
    ['b3', `${span}-${span}`, `${'0'.repeat(16)}${span}`],
    ['X-B3-TraceId', id.toUpperCase(), id],
    ['uber-trace-id', `${id}:${span}:0:1`, id],
    ['uber-trace-id', `abc%3A1%3A0%3A1`, 'abc'.padStart(32, '0')],
    ['x-datadog-trace-id', '18446744073709551615', `${'0'.repeat(16)}${'f'.repeat(16)}`],
  ])('is read from %s: %s', (name, value, expected) => {
    expect(of([name, value])).toBe(expected)
  })

  it.each([
    ['b3', '0'],
    ['b3', `${id}x-${span}`],
    ['uber-trace-id', `${id}:${span}`],
    ['x-datadog-trace-id', '18446744073709551616'],
    ['x-datadog-trace-id', '0'],
  ])('is not read from %s: %s', (name, value) => {
    expect(of([name, value])).toBeNull()
  })

  it('is the one of the most exact format, whatever the order of the headers', () => {
    const other = 'f'.repeat(32)
    expect(of(['traceparent', `00-${id}-${span}-01`], ['b3', `${other}-${span}-1`])).toBe(id)
    expect(of(['x-datadog-trace-id', '7'], ['uber-trace-id', `${id}:${span}:0:1`])).toBe(id)
    expect(of(['traceparent', 'not one'], ['X-B3-TraceId', id])).toBe(id)
  })

  it('is of 128 bits where Datadog tells the upper ones, too', () => {
    const lower = BigInt(`0x${id.slice(16)}`).toString()
    expect(
      of(['x-datadog-trace-id', lower], ['x-datadog-tags', `_dd.p.dm=-1,_dd.p.tid=${id.slice(0, 16)}`]),
    ).toBe(id)
    expect(of(['x-datadog-trace-id', lower], ['x-datadog-tags', '_dd.p.tid=rubbish'])).toBe(
      `${'0'.repeat(16)}${id.slice(16)}`,
    )
  })

  it('is that of the last well-formed of equal headers', () => {
    const older = 'a'.repeat(32)
    expect(of(['traceparent', `00-${older}-${span}-01`], ['traceparent', `00-${id}-${span}-01`])).toBe(id)
    expect(of(['traceparent', `00-${id}-${span}-01`], ['traceparent', 'broken'])).toBe(id)
  })
})
