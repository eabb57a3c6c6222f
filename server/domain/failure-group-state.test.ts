import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settableGroupStates } from '#server/contracts/choices.ts'
import {
  type GroupStanding,
  receiveDeaths,
  type StateChange,
  sayRegression,
  sayStanding,
  setGroupState,
} from './failure-group-state.ts'

const nowMs = 1_795_000_000_000
const fresh: GroupStanding = { state: 'new', by: null, atMs: null, mute: null, regression: null }
const closed = ['resolved', 'archived', 'muted'] as const

const set = (standing: GroupStanding, change: StateChange, at = nowMs, letters = 10): GroupStanding => {
  const answer = setGroupState(standing, change, 'anna', { nowMs: at, letters })
  if (!answer.ok) throw new Error(answer.error)
  return answer.value
}

describe('a closed failure group', () => {
  it.each(['resolved', 'archived'] as const)(
    'that was %s comes back with a letter that came later',
    (state) => {
      const standing = set(fresh, { state })
      expect(receiveDeaths(standing, { arrivedAtMs: nowMs, letters: 11, nowMs: nowMs + 9 })).toBe(standing)
      const back = receiveDeaths(standing, { arrivedAtMs: nowMs + 1, letters: 11, nowMs: nowMs + 9 })
      expect(back).toEqual({
        state: 'new',
        by: null,
        atMs: nowMs + 9,
        mute: null,
        regression: { was: state, by: 'anna', sinceMs: nowMs, atMs: nowMs + 9, because: 'died' },
      })
      expect(back.regression && sayRegression(back.regression)).toBe(
        `new again, was ${state} by anna at 2026-11-18 11:06:40 UTC: a letter came after that`,
      )
    },
  )

  it('that is muted comes back with one letter too many, not with one less', () => {
    const muted = set(fresh, { state: 'muted', mute: { pastLetters: 20, untilMs: null } })
    const after = (letters: number) =>
      receiveDeaths(muted, { arrivedAtMs: nowMs + 5, letters, nowMs: nowMs + 5 })
    expect(after(20)).toBe(muted)
    expect(after(21)).toMatchObject({ state: 'new', regression: { was: 'muted', because: 'grew' } })
    expect(sayStanding(muted)).toBe('muted until it has more than 20 letters')
  })

  it('that is muted comes back with a letter after its time, not with time alone', () => {
    const muted = set(fresh, { state: 'muted', mute: { pastLetters: null, untilMs: nowMs + 1_000 } })
    const after = (arrivedAtMs: number) =>
      receiveDeaths(muted, { arrivedAtMs, letters: 99, nowMs: nowMs + 9_000 })
    expect(after(nowMs + 1_000)).toBe(muted)
    expect(after(nowMs + 1_001)).toMatchObject({ state: 'new', regression: { because: 'recurred' } })
  })

  it('tells that it had come back until it is closed again', () => {
    const back = receiveDeaths(set(fresh, { state: 'resolved' }), {
      arrivedAtMs: nowMs + 1,
      letters: 11,
      nowMs: nowMs + 1,
    })
    expect(set(back, { state: 'investigating' }).regression).toEqual(back.regression)
    expect(set(back, { state: 'resolved' }).regression).toBeNull()
  })
})

it('muting needs terms that can still come true, and nothing else has terms', () => {
  const refused = (change: StateChange) => setGroupState(fresh, change, 'anna', { nowMs, letters: 10 }).ok
  expect(refused({ state: 'muted' })).toBe(false)
  expect(refused({ state: 'muted', mute: { pastLetters: null, untilMs: null } })).toBe(false)
  expect(refused({ state: 'muted', mute: { pastLetters: 9, untilMs: null } })).toBe(false)
  expect(refused({ state: 'muted', mute: { pastLetters: null, untilMs: nowMs - 3_600_000 } })).toBe(false)
  expect(refused({ state: 'known', mute: { pastLetters: 11, untilMs: null } })).toBe(false)
})

const change = fc.oneof(
  fc.record({ state: fc.constantFrom(...settableGroupStates.filter((one) => one !== 'muted')) }),
  fc.record({
    state: fc.constant('muted' as const),
    mute: fc.record({
      pastLetters: fc.option(fc.nat(60)),
      untilMs: fc.option(fc.integer({ min: nowMs, max: nowMs + 60 })),
    }),
  }),
)
const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), change }),
  fc.record({
    kind: fc.constant('deaths' as const),
    count: fc.integer({ min: 1, max: 20 }),
    ageMs: fc.nat(5),
  }),
)

it('whatever is done: only closed groups come back, always as new; only muted ones have terms; no closed one tells of a regression', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let standing = fresh
      let letters = 1
      for (const [index, one] of steps.entries()) {
        const before = standing
        const at = nowMs + index
        if (one.kind === 'set') {
          const answer = setGroupState(before, one.change, 'anna', { nowMs: at, letters })
          if (answer.ok) standing = answer.value
          if (answer.ok) expect(standing).toMatchObject({ state: one.change.state, by: 'anna', atMs: at })
        } else {
          letters += one.count
          standing = receiveDeaths(before, { arrivedAtMs: at - one.ageMs, letters, nowMs: at })
          const wasClosed = closed.some((state) => state === before.state)
          if (standing !== before) {
            expect(wasClosed).toBe(true)
            expect(at - one.ageMs).toBeGreaterThan(before.atMs ?? 0)
            expect(standing).toMatchObject({ state: 'new', regression: { was: before.state, by: before.by } })
          } else if (before.state === 'resolved' || before.state === 'archived') {
            expect(at - one.ageMs).toBeLessThanOrEqual(before.atMs ?? 0)
          }
        }
        expect(standing.mute !== null).toBe(standing.state === 'muted')
        if (closed.some((state) => state === standing.state)) expect(standing.regression).toBeNull()
      }
    }),
  )
})
