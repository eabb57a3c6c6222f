import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sendingSpanOf, traceContextOf, withTrace } from './copy-trace.ts'
import { traceIdOfHeaders } from './trace-id-of-headers.ts'

const text = (name: string, value: string) => ({ name, value: Buffer.from(value) })
const old = '0af7651916cd43dd8448eb211c80319c'
const own = 'ffffffffffffffffffffffffffffff01'
const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''))

describe('the trace of a copy', () => {
  it('is its own: of the headers only the traceparents change, at their places', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.string(), value: fc.option(fc.uint8Array()) })),
        hex(32).filter((id) => /[1-9a-f]/.test(id)),
        (others, copyTraceId) => {
          const headers = [
            ...others.filter(({ name }) => name.toLowerCase() !== 'traceparent'),
            text('traceparent', `00-${old}-b7ad6b7169203331-01`),
          ]
          const context = traceContextOf(headers)
          expect(context).toEqual({ traceId: old, spanId: 'b7ad6b7169203331', flags: '01' })
          const made = context ? withTrace(headers, copyTraceId, context) : []
          expect(made.slice(0, -1)).toEqual(headers.slice(0, -1))
          expect(traceIdOfHeaders(made)).toBe(copyTraceId)
          expect(traceContextOf(made)?.spanId).toBe(sendingSpanOf(copyTraceId))
        },
      ),
    )
  })
  it('stays the old one where no traceparent tells it', () => {
    for (const headers of [
      [],
      [text('b3', `${old}-b7ad6b7169203331-1`)],
      [text('traceparent', 'rubbish')],
      [text('traceparent', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`)],
    ])
      expect(traceContextOf(headers)).toBeNull()
  })
  it('takes what others of the same name say along, and keeps who was not sampled', () => {
    const headers = [text('Traceparent', `00-${old}-b7ad6b7169203331-00`), text('traceparent', 'rubbish')]
    const context = traceContextOf(headers)
    const made = context ? withTrace(headers, own, context) : []
    expect(made.map(({ name }) => name)).toEqual(['Traceparent', 'traceparent'])
    for (const { value } of made) expect(String(value)).toBe(`00-${own}-${sendingSpanOf(own)}-00`)
  })
})
