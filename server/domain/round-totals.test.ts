import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addRound, type RoundTotals, sumRound } from './round-totals.ts'

it('sums up a round over groups and topics', () => {
  const groups = [
    { lag: 3n, committedSum: 10n },
    { lag: 2n ** 60n, committedSum: 2n ** 62n },
  ]
  expect(sumRound(5, groups, [{ endSum: 7n }])).toEqual({
    atMs: 5,
    lag: (2n ** 60n + 3n).toString(),
    committed: (2n ** 62n + 10n).toString(),
    lagSeries: 2,
    ends: '7',
    topics: 1,
  })
})

it('keeps the last round of each minute of about an hour, in the order of time', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 400 }), (gaps) => {
      let atMs = 1_795_000_000_000
      let kept: readonly RoundTotals[] = []
      const lastOf = new Map<number, number>()
      for (const gap of gaps) {
        atMs += gap
        kept = addRound(kept, sumRound(atMs, [], []))
        lastOf.set(Math.floor(atMs / 60_000), atMs)
      }
      const now = Math.floor(atMs / 60_000)
      const wanted = [...lastOf].filter(([minute]) => minute > now - 62).map(([, at]) => at)
      expect(kept.map((one) => one.atMs)).toEqual(wanted)
    }),
  )
})
