import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findRepeated, inSendingOrder } from './plan-order.ts'

const letter = (id: number, originPartition: number, originOffset: number | null) => ({
  id: BigInt(id),
  diedAtMs: id,
  originTopic: 'orders',
  originPartition,
  originOffset: originOffset === null ? null : BigInt(originOffset),
  convention: 'spring-dead-letter',
  confidence: 'certain',
  isPointer: false,
  earlierDeaths: 0,
  copyOf: null as bigint | null,
})

test('messages of one partition are sent as they were written, the partitions in turns', () => {
  const list = [letter(1, 0, 9), letter(2, 0, 3), letter(3, 1, 8), letter(4, 0, 7), letter(5, 1, 2)]
  expect(inSendingOrder(list, (one) => one).map(({ id }) => Number(id))).toEqual([2, 5, 4, 3, 1])
})

test('no letter is lost or repeated by the order, and offsets of a partition only grow', () => {
  const letters = fc.uniqueArray(fc.tuple(fc.nat(), fc.nat(3), fc.nat()), { selector: ([id]) => id })
  fc.assert(
    fc.property(letters, (list) => {
      const made = list.map(([id, partition, offset]) => letter(id, partition, offset))
      const sorted = inSendingOrder(made, (one) => one)
      expect(new Set(sorted)).toEqual(new Set(made))
      for (const lane of Map.groupBy(sorted, (one) => one.originPartition).values())
        for (const [index, one] of lane.entries())
          expect((lane[index - 1]?.originOffset ?? -1n) <= (one.originOffset ?? 0n)).toBe(true)
    }),
  )
})

test('of the letters of one message the newest stays', () => {
  const copy = { ...letter(4, 2, 50), copyOf: 3n }
  const list = [
    letter(1, 0, 5),
    letter(2, 0, 5),
    letter(3, 1, 5),
    copy,
    letter(5, 0, null),
    letter(6, 0, null),
  ]
  expect([...findRepeated(list)].sort()).toEqual([1n, 3n])
})
