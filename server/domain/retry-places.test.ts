import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RetryPlaces, type RetryRecord } from './retry-places.ts'

const copy = { topic: 'orders', partition: 0, offset: 7n }
const moved = (
  place: number,
  cameFrom: RetryRecord['cameFrom'],
  parts: Partial<RetryRecord> = {},
): RetryRecord => ({
  topic: `orders-retry-${place}`,
  partition: 0,
  offset: 3n,
  timestampMs: BigInt(1_000 + place),
  cameFrom,
  group: null,
  ...parts,
})
const placesOf = (...records: readonly RetryRecord[]) => {
  const places = new RetryPlaces(100)
  for (const record of records) places.add(record)
  return places
}

describe('a copy without its lineage headers is found in retry topics', () => {
  it('where each names the first place', () => {
    const places = placesOf(moved(0, copy), moved(1, copy), moved(2, copy))
    expect(places.follow(copy, null)?.topic).toBe('orders-retry-2')
  })
  it('where each names the one before', () => {
    const [first, second] = [moved(0, copy), moved(1, moved(0, copy))]
    expect(placesOf(second, first).follow(copy, null)?.topic).toBe('orders-retry-1')
  })
  it('and not those of other offsets or other groups', () => {
    const places = placesOf(
      moved(0, { ...copy, offset: 8n }),
      moved(0, { ...copy, partition: 1 }),
      moved(1, copy, { group: 'fraud-retry-0' }),
    )
    expect(places.follow(copy, 'payments')).toBeNull()
    expect(places.follow(copy, 'fraud')?.topic).toBe('orders-retry-1')
    expect(placesOf(moved(0, copy, { group: 'payments' })).follow(copy, 'payments-retry-0')).not.toBeNull()
  })
  it('also where records claim to come from each other, and of the newest only', () => {
    const self = moved(0, { topic: 'orders-retry-0', partition: 0, offset: 3n })
    expect(placesOf(self).follow(self, null)).toBe(self)
    const few = new RetryPlaces(2)
    for (const offset of [1n, 2n, 3n]) few.add(moved(0, { ...copy, offset }))
    expect(few.follow({ ...copy, offset: 1n }, null)).toBeNull()
    expect(few.follow({ ...copy, offset: 3n }, null)).not.toBeNull()
  })
  it('at the end of any chain, in whatever order its topics were read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        (length, keeps, order) => {
          const chain: RetryRecord[] = []
          for (let place = 0; place < length; place++)
            chain.push(moved(place, keeps ? copy : (chain.at(-1) ?? copy), { offset: BigInt(place) }))
          const shuffled = chain
            .map((record) => ({ record, at: order.next().value ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ record }) => record)
          expect(placesOf(...shuffled).follow(copy, 'payments')).toBe(chain.at(-1))
        },
      ),
    )
  })
})
