import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyTraceIdOf, sendingSpanOf, traceContextOf, withTrace } from './copy-trace.ts'
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
  it('stays the old one where nothing tells trace and span', () => {
    for (const headers of [
      [],
      [text('b3', '0')],
      [text('X-B3-TraceId', old)],
      [text('x-datadog-trace-id', '7')],
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

  const short = `${'0'.repeat(16)}ffffffffffffff01`
  const span = (copyTraceId: string) => sendingSpanOf(copyTraceId)
  const decimal = (digits: string) => BigInt(`0x${digits}`).toString()
  it.each([
    ['b3', `${old}-b7ad6b7169203331-1`, own, `${own}-${span(own)}-1`],
    ['B3', `${old}-b7ad6b7169203331-d-05e3ac9a4f6e3b90`, own, `${own}-${span(own)}-d`],
    ['b3', `${old}-b7ad6b7169203331`, own, `${own}-${span(own)}`],
    ['b3', '8448eb211c80319c-b7ad6b7169203331-0', short, `ffffffffffffff01-${span(short)}-0`],
    ['uber-trace-id', `${old}:b7ad6b7169203331:0:1`, own, `${own}:${span(own)}:0:1`],
    ['uber-trace-id', '8448eb21%3Ab7ad%3A12%3Af', short, `ffffffffffffff01%3A${span(short)}%3A0%3Af`],
  ])('is written as the old one was: %s: %s', (name, value, copyTraceId, expected) => {
    const headers = [text(name, value)]
    const context = traceContextOf(headers)
    expect(context?.flags).toBeNull()
    const made = context ? withTrace(headers, copyTraceId, context) : []
    expect(made).toEqual([text(name, expected)])
    expect(traceIdOfHeaders(made)).toBe(copyTraceId)
  })

  it('is told by all headers that told the old one, and by no others', () => {
    const others = [
      text('tracestate', 'x=1'),
      text('X-B3-Sampled', '1'),
      text('b3', '0'),
      text('uber-trace-id', 'rubbish'),
      text('x-datadog-sampling-priority', '1'),
      { name: 'uberctx-user', value: null },
    ]
    const headers = [
      text('X-B3-TraceId', old),
      text('X-B3-SpanId', 'b7ad6b7169203331'),
      text('X-B3-ParentSpanId', '05e3ac9a4f6e3b90'),
      ...others,
      text('traceparent', `00-${old}-b7ad6b7169203331-01`),
      text('x-datadog-trace-id', decimal(old.slice(16))),
      text('x-datadog-parent-id', decimal('b7ad6b7169203331')),
      text('x-datadog-tags', `_dd.p.dm=-1,_dd.p.tid=${old.slice(0, 16)}`),
    ]
    const context = traceContextOf(headers)
    expect(context).toEqual({ traceId: old, spanId: 'b7ad6b7169203331', flags: '01' })
    expect(context && withTrace(headers, own, context)).toEqual([
      text('X-B3-TraceId', own),
      text('X-B3-SpanId', span(own)),
      ...others,
      text('traceparent', `00-${own}-${span(own)}-01`),
      text('x-datadog-trace-id', decimal(own.slice(16))),
      text('x-datadog-parent-id', decimal(span(own))),
      text('x-datadog-tags', `_dd.p.dm=-1,_dd.p.tid=${own.slice(0, 16)}`),
    ])
  })

  const wide = fc.boolean().chain((isWide) => hex(isWide ? 32 : 16))
  const nonZero = (digits: string) => /[1-9a-f]/.test(digits)
  const written = fc
    .record({ traceId: wide.filter(nonZero), spanId: hex(16).filter(nonZero), form: fc.nat({ max: 4 }) })
    .map(({ traceId, spanId, form }) => {
      const padded = traceId.padStart(32, '0')
      return {
        padded,
        spanId,
        headers: [
          [text('traceparent', `00-${padded}-${spanId}-01`)],
          [text('b3', `${traceId}-${spanId}-1`)],
          [text('x-b3-traceid', traceId), text('x-b3-spanid', spanId), text('x-b3-sampled', '1')],
          [text('uber-trace-id', `${traceId}:${spanId}:0:1`)],
          [
            text('x-datadog-trace-id', decimal(traceId.slice(-16))),
            text('x-datadog-parent-id', decimal(spanId)),
            text('x-datadog-tags', `_dd.p.tid=${padded.slice(0, 16)}`),
          ],
        ][form],
      }
    })
    .filter(({ padded }) => nonZero(padded.slice(16)))
  it('is the one that its copy names, in every format and of as many bits', () => {
    fc.assert(
      fc.property(
        written,
        fc.array(fc.record({ name: fc.string(), value: fc.option(fc.uint8Array()) })),
        hex(32).filter((digits) => nonZero(digits.slice(16))),
        ({ padded, spanId, headers = [] }, others, random) => {
          const all = [...others, ...headers, ...others]
          const context = traceContextOf(all)
          expect(context).toMatchObject({ traceId: padded, spanId })
          const copyTraceId = copyTraceIdOf(padded, random)
          const made = context ? withTrace(all, copyTraceId, context) : []
          expect(made.slice(0, others.length)).toEqual(others)
          expect(made.slice(others.length + headers.length)).toEqual(others)
          expect(made.map(({ name }) => name)).toEqual(all.map(({ name }) => name))
          expect(traceContextOf(made)).toMatchObject({ traceId: copyTraceId, spanId: span(copyTraceId) })
        },
      ),
    )
  })
})
