import type { SearchOrder } from '#server/contracts/message-stream.ts'

/** What a message's place in a timeline depends on. */
export type Placed = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestampMs: bigint
}

const compare = <T extends number | bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

/** Orders messages by time, ties by topic and partition, then by offset in the direction of the order. */
export const inOrderOf = (order: SearchOrder) => {
  const direction = order === 'oldest' ? 1 : -1
  return (a: Placed, b: Placed): number =>
    direction * compare(a.timestampMs, b.timestampMs) ||
    compare(a.topic, b.topic) ||
    compare(a.partition, b.partition) ||
    direction * compare(a.offset, b.offset)
}

/**
 * Takes items into a list that is kept in order and no longer than `most`; answers what fell off its end, in order. The
 * list is changed; a long one costs a merge, not a sort.
 */
export const keepFirst = <T>(
  kept: T[],
  more: readonly T[],
  compare: (a: T, b: T) => number,
  most: number,
): readonly T[] => {
  if (more.length === 0) return []
  const coming = more.toSorted(compare)
  const merged: T[] = []
  let [left, right] = [0, 0]
  while (left < kept.length || right < coming.length) {
    const [a, b] = [kept[left], coming[right]]
    if (b === undefined || (a !== undefined && compare(a, b) <= 0)) {
      if (a !== undefined) merged.push(a)
      left += 1
    } else {
      merged.push(b)
      right += 1
    }
  }
  const fallen = merged.splice(most)
  kept.length = 0
  for (const one of merged) kept.push(one)
  return fallen
}

/** Keeps the first `limit` of all messages that it is given. `take` answers those of the given that are among them now. */
export const makeFirstFew = <T extends Placed>(limit: number, order: SearchOrder) => {
  const inOrder = inOrderOf(order)
  const kept: T[] = []
  return {
    take: (given: readonly T[]): T[] => {
      const fallen = new Set(keepFirst(kept, given, inOrder, limit))
      return given.filter((one) => !fallen.has(one))
    },
  }
}
