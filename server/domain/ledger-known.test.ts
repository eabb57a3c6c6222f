import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advanceKnown, type LedgerKnown } from './ledger-known.ts'

/** What a partition of the ledger holds, in its order. */
type Entry = 'own' | 'own marker' | 'foreign'

/** Own transactions, each with its marker before the next, and others' records anywhere between. */
const log = fc.array(
  fc.record({
    before: fc.nat(2),
    own: fc.integer({ min: 1, max: 4 }),
    split: fc.nat(3),
    within: fc.nat(1),
    beforeMarker: fc.nat(1),
  }),
  { maxLength: 8 },
)

describe('how far the ledger is known', () => {
  it('never goes past a record that another has written, whatever stands between', () => {
    fc.assert(
      fc.property(log, (transactions) => {
        const entries: Entry[] = []
        const put = (entry: Entry, times: number) => entries.push(...Array<Entry>(times).fill(entry))
        let known: LedgerKnown = { next: 0n, isOwn: false }
        let position = 0n
        for (const { before, own, split, within, beforeMarker } of transactions) {
          put('foreign', before)
          const offsets: bigint[] = []
          for (let at = 0; at < own; at++) {
            if (at === split) put('foreign', within)
            offsets.push(BigInt(entries.length))
            put('own', 1)
          }
          const told = advanceKnown(known, offsets)
          known = told.known
          if (told.advance && told.advance.from === position) position = told.advance.to
          put('foreign', beforeMarker)
          put('own marker', 1)
        }
        expect(entries.slice(0, Number(position))).not.toContain('foreign')
      }),
    )
  })

  it('goes on over the marker of each transaction where nobody else writes', () => {
    const first = advanceKnown({ next: 7n, isOwn: false }, [7n, 8n, 9n])
    expect(first.advance).toEqual({ from: 7n, to: 10n })
    const second = advanceKnown(first.known, [11n, 12n])
    expect(second.advance).toEqual({ from: 10n, to: 13n })
  })

  it('is not known any more after offsets that were not told, with a gap, or elsewhere', () => {
    const known = { next: 7n, isOwn: true }
    for (const offsets of [[null, 8n], [7n, null], [7n, 9n], [9n], [6n], []])
      expect(advanceKnown(known, offsets)).toEqual({ known: { next: null, isOwn: false }, advance: null })
    expect(advanceKnown({ next: 7n, isOwn: false }, [8n]).advance).toBeNull()
  })
})
