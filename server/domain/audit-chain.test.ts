import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginWalk, type ChainedEntry, chainStart, endWalk, hashEntry, walkEntry } from './audit-chain.ts'

type Told = Omit<ChainedEntry, 'id' | 'previousHash' | 'hash'>

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', '-,', '3:abc,', '0:,'),
)
const told: fc.Arbitrary<Told> = fc.record({
  atMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  actor: words,
  action: words,
  target: words,
  connection: fc.option(words),
  result: words,
  detail: words,
  reason: words,
  about: fc.array(words, { maxLength: 3 }),
  facts: fc.option(fc.json({ maxDepth: 1 })),
})

/** Entries chained as the database does it, from the first id on. */
const chain = (all: readonly Told[]): ChainedEntry[] => {
  let previousHash = chainStart
  return all.map((one, index) => {
    const entry = { ...one, id: String(index + 1), previousHash }
    const hash = hashEntry(entry)
    previousHash = hash
    return { ...entry, hash }
  })
}
const walk = (entries: readonly ChainedEntry[], head: string) =>
  endWalk(entries.reduce(walkEntry, beginWalk), head).broken
const headOf = (entries: readonly ChainedEntry[]) => entries.at(-1)?.hash ?? chainStart

const chained = fc.array(told, { minLength: 1, maxLength: 12 }).map(chain)
const withPlace = chained.chain((entries) => fc.tuple(fc.constant(entries), fc.nat(entries.length - 1)))

describe('the chain of the audit', () => {
  it('is unbroken as it was written', () => {
    fc.assert(
      fc.property(chained, (entries) => {
        const walked = endWalk(entries.reduce(walkEntry, beginWalk), headOf(entries))
        expect(walked).toMatchObject({ broken: null, entries: entries.length, firstAtMs: entries[0]?.atMs })
      }),
    )
    expect(walk([], chainStart)).toBeNull()
  })

  it('tells the entry of which anything was changed', () => {
    const fields = Object.keys({
      id: 0,
      atMs: 0,
      actor: 0,
      action: 0,
      target: 0,
      connection: 0,
      result: 0,
      detail: 0,
      reason: 0,
      about: 0,
      facts: 0,
      previousHash: 0,
      hash: 0,
    } satisfies Record<keyof ChainedEntry, 0>) as (keyof ChainedEntry)[]
    const change = (entry: ChainedEntry, name: keyof ChainedEntry): ChainedEntry => {
      if (name === 'atMs') return { ...entry, atMs: entry.atMs + 1 }
      if (name === 'about') return { ...entry, about: [...entry.about, ''] }
      return { ...entry, [name]: `${entry[name] ?? ''}.` }
    }
    fc.assert(
      fc.property(withPlace, fc.constantFrom(...fields), ([entries, place], name) => {
        const changed = entries.map((entry, index) => (index === place ? change(entry, name) : entry))
        expect(walk(changed, headOf(entries))).toMatchObject({
          entryId: changed[place]?.id,
          kind: 'altered',
        })
      }),
    )
  })

  it('is not fooled by a changed entry that was hashed anew', () => {
    fc.assert(
      fc.property(withPlace, ([entries, place]) => {
        const changed = entries.map((entry, index) => {
          if (index !== place) return entry
          const other = { ...entry, detail: `${entry.detail}.` }
          return { ...other, hash: hashEntry(other) }
        })
        const isLast = place === entries.length - 1
        expect(walk(changed, headOf(entries))).toMatchObject(
          isLast ? { kind: 'cut' } : { kind: 'unlinked', entryId: String(place + 2) },
        )
      }),
    )
  })

  it('tells where one was removed, wherever it stood', () => {
    fc.assert(
      fc.property(withPlace, ([entries, place]) => {
        const broken = walk(entries.toSpliced(place, 1), headOf(entries))
        const isLast = place === entries.length - 1
        expect(broken).toMatchObject(
          isLast ? { kind: 'cut' } : { kind: 'unlinked', entryId: String(place + 2) },
        )
      }),
    )
  })

  it('tells where the order was changed', () => {
    const twoPlaces = fc
      .array(told, { minLength: 2, maxLength: 12 })
      .map(chain)
      .chain((entries) =>
        fc.tuple(
          fc.constant(entries),
          fc.uniqueArray(fc.nat(entries.length - 1), { minLength: 2, maxLength: 2 }),
        ),
      )
    fc.assert(
      fc.property(twoPlaces, ([entries, places]) => {
        const [a = 0, b = 0] = places.toSorted((one, other) => one - other)
        const [first, second] = [entries[a], entries[b]]
        if (!first || !second) return
        const swapped = entries.with(a, second).with(b, first)
        expect(walk(swapped, headOf(entries))).toMatchObject({ kind: 'unlinked', entryId: second.id })
      }),
    )
  })

  it('never reads two entries as one: fields that run into each other differ', () => {
    fc.assert(
      fc.property(told, told, (one, other) => {
        const hashOf = (entry: Told) => hashEntry({ ...entry, id: '1', previousHash: chainStart })
        expect(hashOf(one) === hashOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })
})
