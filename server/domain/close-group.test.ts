import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mayCloseGroup, sayClosure, type WeighedGroup } from './close-group.ts'

const all: WeighedGroup = {
  letters: 512,
  settled: 500,
  discarded: 9,
  archived: 3,
  replays: [41, 42],
  lastSentAtMs: Date.UTC(2026, 10, 21, 18, 3, 5),
  arrivedSince: 0,
}

describe('a failure group closes itself', () => {
  it('when every letter is settled, discarded or archived, and says on what evidence', () => {
    expect(mayCloseGroup(all)).toBe(true)
    expect(sayClosure(all)).toBe(
      'resolved: all 512 letters are done with (500 settled by replay #41 and #42, 9 discarded and 3 archived), none came since the last copy was sent at 2026-11-21 18:03:05 UTC',
    )
    const one = { ...all, letters: 1, settled: 1, discarded: 0, archived: 0, replays: [7] }
    expect(sayClosure(one)).toMatch(
      /^resolved: its one letter is done with \(1 settled by replay #7\), none came/,
    )
  })
  it('not when a letter came since the last copy was sent, though it was discarded', () => {
    expect(mayCloseGroup({ ...all, arrivedSince: 1 })).toBe(false)
  })
  it('never while a letter is open, or without any', () => {
    const counts = fc.record({
      letters: fc.nat(20),
      settled: fc.nat(10),
      discarded: fc.nat(10),
      archived: fc.nat(10),
    })
    fc.assert(
      fc.property(counts, (some) => {
        const done = some.settled + some.discarded + some.archived
        expect(mayCloseGroup({ ...all, ...some })).toBe(some.letters > 0 && done === some.letters)
      }),
    )
  })
})
