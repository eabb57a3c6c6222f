import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomes } from '#server/contracts/choices.ts'
import type { Outcome } from '#server/contracts/replays.ts'
import {
  canaryItems,
  findExpectedEnd,
  findGate,
  findUnproven,
  lastStep,
  type StepItem,
  splitIntoSteps,
} from './canary-steps.ts'

const itemsOf = (all: readonly Outcome[]): StepItem[] =>
  all.map((outcome, seq) => ({ seq, outcome, sentAtMs: seq, outcomeAtMs: seq }))
const times = (count: number, outcome: Outcome): Outcome[] => Array.from({ length: count }, () => outcome)
const unsentOf = (items: readonly StepItem[]) => items.filter(({ outcome }) => outcome === 'PENDING').length
const gateOf = (all: readonly Outcome[], opened = 0) => {
  const items = itemsOf(all)
  const first = items.filter(({ outcome }) => outcome !== 'SKIPPED').slice(0, canaryItems)
  return findGate(first, opened, unsentOf(items))
}
const anyOutcomes = fc.array(fc.constantFrom(...outcomes), { maxLength: 60 })

describe('a canary', () => {
  it('sends one copy, waits until it has settled, then five, then twenty, then the rest', () => {
    const rest = times(74, 'PENDING')
    expect(gateOf(times(100, 'PENDING'))).toEqual({ step: 0, state: 'send', untilSeq: 0 })
    expect(gateOf(['SENT', ...times(25, 'PENDING'), ...rest])).toMatchObject({ step: 0, state: 'wait' })
    expect(gateOf(['CONSUMED', ...times(25, 'PENDING'), ...rest])).toMatchObject({ step: 0, state: 'wait' })
    expect(gateOf(['SETTLED', ...times(25, 'PENDING'), ...rest])).toEqual({
      step: 1,
      state: 'send',
      untilSeq: 5,
    })
    expect(gateOf([...times(6, 'SETTLED'), ...times(20, 'PENDING'), ...rest])).toEqual({
      step: 2,
      state: 'send',
      untilSeq: 25,
    })
    expect(gateOf([...times(26, 'SETTLED'), ...rest])).toEqual({ step: 3, state: 'send', untilSeq: null })
  })

  it('is held by what will not settle, and waits for what is retried', () => {
    const rest = times(50, 'PENDING')
    for (const outcome of ['UNKNOWN', 'FAILED'] as const)
      expect(gateOf([outcome, ...rest])).toMatchObject({ step: 0, state: 'held' })
    expect(gateOf(['RETRYING', ...rest])).toMatchObject({ step: 0, state: 'wait' })
    expect(gateOf(['UNKNOWN', ...rest], 1)).toEqual({ step: 1, state: 'send', untilSeq: 5 })
  })

  it('proves nothing by letters that were left out: others take their places', () => {
    expect(gateOf(['SKIPPED', 'SKIPPED', ...times(30, 'PENDING')])).toEqual({
      step: 0,
      state: 'send',
      untilSeq: 2,
    })
  })

  it('waits for nothing when there is nothing more to send', () => {
    expect(gateOf(['SETTLED', 'SENT', 'SENT'])).toMatchObject({ state: 'send', untilSeq: null })
    expect(gateOf([])).toMatchObject({ state: 'send', untilSeq: null })
  })

  it('never opens a step while a copy of the one before has not settled, unless it was opened before', () => {
    fc.assert(
      fc.property(anyOutcomes, fc.integer({ min: 0, max: lastStep }), (drawn, opened) => {
        const first = itemsOf(drawn)
          .filter(({ outcome }) => outcome !== 'SKIPPED')
          .slice(0, canaryItems)
        const steps = splitIntoSteps(first)
        const gate = findGate(first, opened, unsentOf(itemsOf(drawn)))
        expect(gate.step).toBeGreaterThanOrEqual(opened)
        for (let step = opened; step < gate.step; step++)
          expect(steps[step]?.every(({ outcome }) => outcome === 'SETTLED')).toBe(true)
        if (gate.state !== 'send') expect(gate.step).toBeLessThan(lastStep)
        // What may be sent is of the steps up to the open one.
        const allowed = first.filter(({ seq }) => gate.state === 'send' && seq <= (gate.untilSeq ?? -1))
        for (const one of allowed)
          expect(steps.slice(0, gate.step + 1).some((step) => step.includes(one))).toBe(true)
      }),
    )
  })

  it('with outcomes that only grow, sends every copy once and in order, step by step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 7 }), (count, batch) => {
        let items = itemsOf(times(count, 'PENDING'))
        const sent: number[] = []
        let opened = 0
        const inStep: number[] = []
        for (let turn = 0; turn < 500 && unsentOf(items) > 0; turn++) {
          const gate = findGate(items.slice(0, canaryItems), opened, unsentOf(items))
          opened = gate.step
          if (gate.state === 'send') {
            const next = items
              .filter(
                ({ seq, outcome }) =>
                  outcome === 'PENDING' && seq <= (gate.untilSeq ?? Number.MAX_SAFE_INTEGER),
              )
              .slice(0, batch)
            const seqs = new Set(next.map(({ seq }) => seq))
            sent.push(...seqs)
            for (const _ of seqs) inStep.push(gate.step)
            items = items.map((one) => (seqs.has(one.seq) ? { ...one, outcome: 'SENT' } : one))
          } else items = items.map((one) => (one.outcome === 'SENT' ? { ...one, outcome: 'SETTLED' } : one))
        }
        expect(sent).toEqual(items.map(({ seq }) => seq))
        expect(inStep.map((step) => step)).toEqual(
          items.map((_, index) => (index < 1 ? 0 : index < 6 ? 1 : index < 26 ? 2 : 3)),
        )
      }),
    )
  })
})

describe('what is not proven of a step', () => {
  it('is counted by outcome, without what has settled or was left out', () => {
    expect(findUnproven(itemsOf(['SETTLED', 'CONSUMED', 'SKIPPED', 'UNKNOWN', 'CONSUMED']))).toEqual([
      { outcome: 'CONSUMED', count: 2 },
      { outcome: 'UNKNOWN', count: 1 },
    ])
  })
})

describe('the expected end of a wait', () => {
  const one = (outcome: Outcome, outcomeAtMs: number): StepItem => ({
    seq: 0,
    outcome,
    sentAtMs: 1_000,
    outcomeAtMs,
  })
  it('is the end of the last quiet period, a little later', () => {
    const items = [one('CONSUMED', 5_000), one('CONSUMED', 9_000), one('SETTLED', 20_000)]
    expect(findExpectedEnd(items, 30_000, 10_000)).toEqual({ atMs: 43_000, isEarliest: false })
  })
  it('is the earliest while a copy is not consumed', () => {
    expect(findExpectedEnd([one('SENT', 1_000)], 30_000, 10_000)).toEqual({ atMs: 44_000, isEarliest: true })
  })
  it('is not known while a copy is retried or can not settle', () => {
    for (const outcome of ['RETRYING', 'UNKNOWN', 'FAILED', 'RETURNED', 'PENDING'] as const)
      expect(findExpectedEnd([one(outcome, 1), one('CONSUMED', 1)], 1, 1)).toBeNull()
    expect(findExpectedEnd([], 1, 1)).toBeNull()
  })
})
