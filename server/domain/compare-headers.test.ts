import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareHeaders } from './compare-headers.ts'
import type { RawHeader } from './dead-letter.ts'

const header = (name: string, value: string | null): RawHeader => ({
  name,
  value: value === null ? null : Buffer.from(value),
})
const kindsOf = (before: readonly RawHeader[], after: readonly RawHeader[]) =>
  compareHeaders(before, after).map((change) => [
    change.kind,
    (change.after === null ? before[change.before ?? 0] : after[change.after])?.name,
  ])

const anyHeaders = fc.array(
  fc
    .tuple(fc.constantFrom('a', 'b', 'traceparent'), fc.option(fc.constantFrom('', '1', '2')))
    .map(([name, value]) => header(name, value)),
  { maxLength: 8 },
)

describe('headers of two records', () => {
  it('are the same, changed, added or lost', () => {
    const before = [header('traceparent', '00-1'), header('tenant', 'a'), header('gone', 'x')]
    const after = [
      header('traceparent', '00-1'),
      header('tenant', 'b'),
      header('kafka_dlt-original-topic', 'o'),
    ]
    expect(kindsOf(before, after)).toEqual([
      ['same', 'traceparent'],
      ['changed', 'tenant'],
      ['added', 'kafka_dlt-original-topic'],
      ['lost', 'gone'],
    ])
  })

  it('keep what was there where a framework appends another of the name', () => {
    expect(kindsOf([header('x', '1')], [header('x', '1'), header('x', '2')])).toEqual([
      ['same', 'x'],
      ['added', 'x'],
    ])
    expect(kindsOf([header('x', '1')], [header('x', '2'), header('x', '1')])).toEqual([
      ['added', 'x'],
      ['same', 'x'],
    ])
  })

  it('tell a null value from an empty one', () => {
    expect(kindsOf([header('x', null)], [header('x', '')])).toEqual([['changed', 'x']])
  })

  it('are each told of once', () => {
    fc.assert(
      fc.property(anyHeaders, anyHeaders, (before, after) => {
        const changes = compareHeaders(before, after)
        const placesOf = (side: 'before' | 'after') =>
          changes
            .map((change) => change[side])
            .filter((place) => place !== null)
            .sort((a, b) => a - b)
        expect(placesOf('before')).toEqual([...before.keys()])
        expect(placesOf('after')).toEqual([...after.keys()])
      }),
    )
  })

  it('are all the same beside themselves', () => {
    fc.assert(
      fc.property(anyHeaders, (headers) => {
        expect(
          compareHeaders(headers, headers).every(
            ({ kind, before, after }) => kind === 'same' && before === after,
          ),
        ).toBe(true)
      }),
    )
  })
})
