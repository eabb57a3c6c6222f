import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeProcessing, type ProcessSpan, sayProcessing } from './judge-processing.ts'

const span = (parts: Partial<ProcessSpan> = {}): ProcessSpan => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  service: 'payments',
  name: 'process orders',
  group: 'payments',
  status: 'unset',
  statusMessage: null,
  startNs: 1_000n,
  durationNs: 41_000_000n,
  sentOnTo: null,
  ...parts,
})

describe('the spans of a record tell of a group', () => {
  it('that it processed it, when its newest span is not an error and nothing went into the chain', () => {
    expect(judgeProcessing([span()], 'payments')).toMatchObject({ verdict: 'clean', isOfGroup: true })
    expect(judgeProcessing([span({ status: 'ok' })], 'payments')?.verdict).toBe('clean')
  })
  it('nothing, when they are of other groups', () => {
    expect(judgeProcessing([span({ group: 'fraud' })], 'payments')).toBeNull()
    expect(judgeProcessing([span({ group: 'fraud', status: 'error' }), span()], 'payments')?.verdict).toBe(
      'clean',
    )
  })
  it('what its retry container did', () => {
    expect(judgeProcessing([span({ group: 'payments-retry-0' })], 'payments')?.isOfGroup).toBe(true)
  })
  it('what the last attempt did, whatever came before', () => {
    const failed = span({ status: 'error', startNs: 500n })
    expect(judgeProcessing([failed, span()], 'payments')?.verdict).toBe('clean')
    expect(judgeProcessing([span(), { ...failed, startNs: 2_000n }], 'payments')?.verdict).toBe('failed')
  })
  it('nothing good, when the trace sent something into the chain', () => {
    const handed = span({ sentOnTo: 'orders-dlt' })
    expect(judgeProcessing([handed], 'payments')?.verdict).toBe('sent-on')
    expect(sayProcessing({ verdict: 'sent-on', isOfGroup: true, span: handed })).toBe(
      'span payments process orders ended without error, but its trace sent something to orders-dlt then: it proves nothing',
    )
  })
  it('only of one service, where they name no group', () => {
    const unnamed = span({ group: null })
    expect(judgeProcessing([unnamed], 'payments')).toMatchObject({ verdict: 'clean', isOfGroup: false })
    expect(judgeProcessing([unnamed, span({ group: null, service: 'fraud' })], 'payments')).toBeNull()
  })
  it('of the only group that they name, where none is known', () => {
    expect(judgeProcessing([span()], null)?.isOfGroup).toBe(true)
    expect(judgeProcessing([span(), span({ group: 'fraud' })], null)).toBeNull()
  })
  it('never success from an error or from another group, whatever the spans are', () => {
    const any = fc.record({
      group: fc.constantFrom('payments', 'fraud', null),
      service: fc.constantFrom('payments', 'fraud'),
      status: fc.constantFrom('unset', 'ok', 'error'),
      startNs: fc.bigInt({ min: 0n, max: 10n }),
      sentOnTo: fc.constantFrom('orders-dlt', null),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), (parts) => {
        const judged = judgeProcessing(
          parts.map((one) => span(one as Partial<ProcessSpan>)),
          'payments',
        )
        if (judged?.verdict !== 'clean') return
        expect(judged.span.status).not.toBe('error')
        expect(judged.span.sentOnTo).toBeNull()
        expect(judged.span.group).not.toBe('fraud')
        if (judged.isOfGroup) expect(judged.span.group).toBe('payments')
      }),
    )
  })
  it('in words', () => {
    const words = (parts: Partial<ProcessSpan>) => {
      const judged = judgeProcessing([span(parts)], 'payments')
      return judged && sayProcessing(judged)
    }
    expect(words({})).toBe('span payments process orders without error, 41 ms')
    expect(words({ group: null })).toBe(
      'span payments process orders (it names no group) without error, 41 ms',
    )
    expect(words({ status: 'error', statusMessage: 'card refused' })).toBe(
      'span payments process orders ended with an error (card refused)',
    )
  })
})
