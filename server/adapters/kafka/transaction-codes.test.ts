import { describe, expect, it } from 'vitest'
import { gravestCode, judgeTransactionCode, waitBeforeAgainMs } from './transaction-codes.ts'

describe('an answer about a transaction', () => {
  it.each([
    [0, 'done'],
    [14, 'again'],
    [51, 'again'],
    [89, 'again'],
    [15, 'moved'],
    [16, 'moved'],
    [47, 'fenced'],
    [90, 'fenced'],
    [48, 'refused'],
    [49, 'refused'],
    [53, 'refused'],
    [120, 'refused'],
    [-1, 'refused'],
  ] as const)('with code %i is %s', (code, verdict) => {
    expect(judgeTransactionCode(code)).toBe(verdict)
  })

  it('of several partitions is decided by the gravest, not by those that were not tried', () => {
    expect(gravestCode([])).toBe(0)
    expect(gravestCode([0, 0])).toBe(0)
    expect(gravestCode([0, 51, 0])).toBe(51)
    expect(gravestCode([55, 29, 55])).toBe(29)
    expect(gravestCode([55, 0])).toBe(55)
    expect(gravestCode([29, 90])).toBe(90)
    expect(gravestCode([51, 16])).toBe(16)
  })
})

it('waits a few milliseconds at first and never long', () => {
  expect([1, 2, 3].map(waitBeforeAgainMs)).toEqual([5, 10, 20])
  expect(waitBeforeAgainMs(50)).toBe(200)
})
