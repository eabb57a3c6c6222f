import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount, formatDuration, formatPerMinute, formatRate, sayMany } from './quantity.ts'

describe('quantities', () => {
  it('counts keep every digit, whatever their size', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(formatCount(value.toString()).replaceAll(',', '').replace('−', '-')).toBe(value.toString())
      }),
    )
    expect(formatCount('9007199254740993')).toBe('9,007,199,254,740,993')
  })
  it('say one of something otherwise than several', () => {
    expect([1, '1', 0, 2_310].map((count) => sayMany(count, 'letter'))).toEqual([
      '1 letter',
      '1 letter',
      '0 letters',
      '2,310 letters',
    ])
    expect([sayMany(1, 'entry', 'entries'), sayMany('2', 'entry', 'entries')]).toEqual([
      '1 entry',
      '2 entries',
    ])
  })
  it('durations have at most two units', () => {
    expect(formatDuration(443_100_000)).toBe('5 d 3 h')
    expect(formatDuration(372_000)).toBe('6 min 12 s')
    expect(formatDuration(41)).toBe('41 ms')
    expect(formatDuration(3_600_000)).toBe('1 h')
    // A unit that is full is the next one.
    expect([formatDuration(999.7), formatDuration(59_999)]).toEqual(['1 s', '59 s'])
    expect(formatBytes(999_999)).toBe('999 kB')
  })
  it('bytes and rates are short', () => {
    expect([formatBytes('14200000000'), formatBytes(999), formatBytes(null)]).toEqual([
      '14.2 GB',
      '999 B',
      '–',
    ])
    expect([formatRate(210.4), formatRate(0.05), formatRate(3.14)]).toEqual(['210/s', '3/min', '3.1/s'])
    expect([formatPerMinute(4.4), formatPerMinute(0.05), formatPerMinute(0)]).toEqual([
      '264/min',
      '3/min',
      '0/min',
    ])
  })
})
