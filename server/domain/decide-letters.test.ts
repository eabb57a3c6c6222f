import { describe, expect, it } from 'vitest'
import { sayDecision, sayDispositions, whyLeft } from './decide-letters.ts'

const open = { kind: null, outcome: null }

describe('a letter is left as it is', () => {
  it.each([
    ['so-already', { ...open, kind: 'discarded' }, 'discard'],
    ['so-already', open, 'restore'],
    ['being-replayed', { ...open, outcome: 'SENT' }, 'archive'],
    ['being-replayed', { ...open, outcome: 'PENDING' }, 'discard'],
    ['settled', { ...open, outcome: 'SETTLED' }, 'discard'],
  ] as const)('as %s', (why, letter, decision) => {
    expect(whyLeft(letter, decision)).toBe(why)
  })
})

describe('what was decided since somebody looked', () => {
  it.each([
    ['an open letter was archived', { ...open, kind: 'archived' }, 'discard', null],
    ['a discarded one was restored', open, 'archive', 'discarded'],
    ['a discarded one was archived', { ...open, kind: 'archived' }, 'restore', 'discarded'],
  ] as const)('stays: %s', (_, letter, decision, seen) => {
    expect(whyLeft(letter, decision, { seen })).toBe('decided-meanwhile')
    expect(whyLeft(letter, decision, { isDecidedSince: true })).toBe('decided-meanwhile')
    expect(whyLeft(letter, decision, { seen: letter.kind })).toBeNull()
    expect(whyLeft(letter, decision)).toBeNull()
  })
})

describe('a letter can be put away', () => {
  it.each([
    ['that was never replayed', open, 'discard'],
    ['whose copy came back', { ...open, outcome: 'RETURNED' }, 'discard'],
    ['that was archived before', { ...open, kind: 'archived' }, 'discard'],
    ['and be restored, whatever became of its copy', { kind: 'archived', outcome: 'SENT' }, 'restore'],
  ] as const)('%s', (_, letter, decision) => {
    expect(whyLeft(letter, decision)).toBeNull()
  })
})

it('a decision is told with its count and reason', () => {
  expect(sayDecision('discard', 1_200, 'test orders')).toBe('discarded 1,200 letters: test orders')
  expect(sayDecision('restore', 1, '')).toBe('restored 1 letter')
})

it('a plan names the latest decision, and how many others there are', () => {
  const anna = { actor: 'anna', reason: 'test orders', atMs: 1 }
  expect(sayDispositions([])).toBe('')
  expect(sayDispositions([anna, anna])).toBe(' (by anna because: test orders)')
  expect(sayDispositions([anna, { actor: 'ben', reason: 'paid by hand', atMs: 2 }])).toBe(
    ' (by ben because: paid by hand, and for 1 more reason)',
  )
})
