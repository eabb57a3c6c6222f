import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pickBatch } from './pick-batch.ts'

const item = (sourcePartition: number, keyText: string | null = null, id = 0) => ({
  id,
  sourceTopic: 'orders-dlt',
  sourcePartition,
  targetTopic: 'orders',
  keyText,
})

describe('the next batch', () => {
  it('is of the first item’s dead-letter partition alone', () => {
    const items = [item(1, 'a'), item(0, 'b'), item(1, 'c'), item(1)]
    expect(pickBatch(items, 10)).toEqual([items[0], items[2], items[3]])
    expect(pickBatch(items, 2)).toEqual([items[0], items[2]])
    expect(pickBatch([], 2)).toEqual([])
  })

  it('leaves out what would overtake an item of the same key', () => {
    const items = [item(1, 'a'), item(0, 'b'), item(1, 'b'), item(1, 'a')]
    expect(pickBatch(items, 10)).toEqual([items[0], items[3]])
  })

  it('batch after batch sends each item once, those of one key in their order', () => {
    const many = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b', 'c')))
    fc.assert(
      fc.property(many, fc.integer({ min: 1, max: 5 }), (drawn, most) => {
        const items = drawn.map(([partition, key], id) => item(partition, key, id))
        let left = items
        const sent: typeof items = []
        while (left.length > 0) {
          const batch = pickBatch(left, most)
          expect(batch.length).toBeGreaterThan(0)
          sent.push(...batch)
          left = left.filter((one) => !batch.includes(one))
        }
        expect(sent).toHaveLength(items.length)
        for (const key of ['a', 'b', 'c'])
          expect(sent.filter(({ keyText }) => keyText === key)).toEqual(
            items.filter(({ keyText }) => keyText === key),
          )
      }),
    )
  })
})
