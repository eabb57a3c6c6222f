import type { ScannedRange } from './scanned-ranges.ts'

const compare = <T extends number | bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Ranges by topic, partition and offset, those that touch or overlap as one. Messages are added up: what was read twice
 * counts twice, as in the figures of the whole scan.
 */
export const joinRanges = (ranges: readonly ScannedRange[]): ScannedRange[] => {
  const sorted = ranges
    .map((range) => ({ range, from: BigInt(range.from), to: BigInt(range.to) }))
    .filter(({ from, to }) => from < to)
    .sort(
      (a, b) =>
        compare(a.range.topic, b.range.topic) ||
        compare(a.range.partition, b.range.partition) ||
        compare(a.from, b.from),
    )
  const joined: typeof sorted = []
  for (const next of sorted) {
    const last = joined.at(-1)
    const touches =
      last?.range.topic === next.range.topic &&
      last.range.partition === next.range.partition &&
      next.from <= last.to
    if (!last || !touches) {
      joined.push(next)
      continue
    }
    const to = next.to > last.to ? next.to : last.to
    const messages = (BigInt(last.range.messages) + BigInt(next.range.messages)).toString()
    joined[joined.length - 1] = {
      from: last.from,
      to,
      range: { ...last.range, to: to.toString(), messages },
    }
  }
  return joined.map(({ range }) => range)
}
