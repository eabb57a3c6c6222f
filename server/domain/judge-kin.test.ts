import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeKin, type KinCopy } from './judge-kin.ts'
import { sayKinCopies } from './say-kin.ts'

const copyOf = (outcome: string, more: Partial<KinCopy> = {}): KinCopy => ({
  letterId: 1n,
  number: 1,
  by: 'anna',
  outcome,
  sentAtMs: 1_000,
  outcomeAtMs: 2_000,
  version: null,
  ...more,
})
const letter = { diedAtMs: 500, version: null }

describe('what copies of a message say of sending it again', () => {
  it('one that settled or is under way keeps it back; what settled before the letter died does not', () => {
    expect(judgeKin(letter, [copyOf('SETTLED'), copyOf('PENDING')], false)?.kind).toBe('settled')
    for (const outcome of ['PENDING', 'SENT', 'CONSUMED', 'RETRYING'])
      expect(judgeKin(letter, [copyOf(outcome)], false)?.kind).toBe('open')
    expect(judgeKin({ ...letter, diedAtMs: 2_001 }, [copyOf('SETTLED')], false)).toBeNull()
    expect(judgeKin(letter, [], false)).toBeNull()
  })

  it('beside a copy of which nobody knows what became only the same bytes are sent', () => {
    const copy = copyOf('UNKNOWN', { version: 'edit' })
    expect(judgeKin(letter, [copy], false)?.kind).toBe('other-version-unknown')
    expect(judgeKin({ ...letter, version: 'edit' }, [copy], false)?.kind).toBe('unknown')
    expect(judgeKin({ ...letter, version: 'edit' }, [copy], true)?.kind).toBe('other-version-unknown')
  })

  it('the order in which copies are told changes nothing', () => {
    const copies = fc.array(
      fc.record({
        outcome: fc.constantFrom('PENDING', 'SENT', 'SETTLED', 'UNKNOWN'),
        number: fc.integer({ min: 1, max: 9 }),
        outcomeAtMs: fc.integer({ min: 0, max: 1_000 }),
        version: fc.constantFrom(null, 'edit'),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(copies, fc.boolean(), (list, isEdit) => {
        const made = list.map(({ outcome, ...more }) => copyOf(outcome, more))
        expect(judgeKin(letter, made.toReversed(), isEdit)?.kind).toBe(judgeKin(letter, made, isEdit)?.kind)
      }),
    )
  })

  it('are named with replay, person, letter and time', () => {
    expect(sayKinCopies([])).toBe('')
    expect(sayKinCopies([copyOf('SETTLED', { letterId: 7n })])).toBe(
      ' (by replay #1 of anna, as letter 7: sent 1970-01-01 00:00:01 UTC, settled 1970-01-01 00:00:02 UTC)',
    )
    expect(sayKinCopies([1, 2, 3, 4].map((number) => copyOf('PENDING', { number, sentAtMs: null })))).toBe(
      ' (by replay #4 of anna, as letter 1: not sent yet; by replay #3 of anna, as letter 1: not sent yet; by replay #2 of anna, as letter 1: not sent yet; and by 1 more)',
    )
  })
})
