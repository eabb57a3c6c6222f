const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Widths of buckets that read well on a clock or a calendar, in milliseconds. */
const widthsMs: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 28, 91, 364].map((count) => count * day),
]

/**
 * Edges of at most `most` buckets over the times from `sinceMs` to `untilMs`, rising, both ends included. Between them
 * they stand at whole multiples of one width, the smallest that reads well and is not too many; so the first and the last
 * bucket may be narrower. A span of nothing becomes one bucket of a millisecond.
 */
export const chooseEdges = (sinceMs: number, untilMs: number, most: number): readonly number[] => {
  const until = Math.max(untilMs, sinceMs + 1)
  const edgesOf = (width: number): number => Math.ceil(until / width) - Math.floor(sinceMs / width)
  const width =
    widthsMs.find((one) => edgesOf(one) <= most) ??
    // Beyond all that reads well; of one bucket at most, the whole span.
    (most === 1 ? Number.POSITIVE_INFINITY : Math.ceil((until - sinceMs) / (most - 1)))
  const edges = [sinceMs]
  if (Number.isFinite(width))
    for (let at = (Math.floor(sinceMs / width) + 1) * width; at < until; at += width) edges.push(at)
  edges.push(until)
  return edges
}

/** Where the edges of the buckets stand in one partition: offsets that never fall, one an edge. */
type EdgeOffsets = { readonly offsets: readonly bigint[] }

/**
 * Messages by bucket as the distance of its edges' offsets, over all partitions. Exact where each offset between holds a
 * message and timestamps rise with offsets; too high where compaction or markers of transactions have left gaps.
 */
export const estimateCounts = (buckets: number, partitions: readonly EdgeOffsets[]): readonly bigint[] =>
  Array.from({ length: buckets }, (_, index) =>
    partitions.reduce((sum, { offsets }) => sum + ((offsets[index + 1] ?? 0n) - (offsets[index] ?? 0n)), 0n),
  )

/** Messages by bucket, counted by their own times; what lies outside of the edges is not counted. */
export const countTimes = (edgesMs: readonly number[], timesMs: Iterable<bigint>): readonly bigint[] => {
  const counts = edgesMs.slice(1).map(() => 0n)
  for (const time of timesMs) {
    const bucket = bucketOf(edgesMs, Number(time))
    const count = counts[bucket]
    if (count !== undefined) counts[bucket] = count + 1n
  }
  return counts
}

/** The bucket of a time by bisection; -1 or the count of buckets where it lies outside. */
const bucketOf = (edgesMs: readonly number[], time: number): number => {
  let low = 0
  let high = edgesMs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edgesMs[middle] ?? Number.POSITIVE_INFINITY) <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}
