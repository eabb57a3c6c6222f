/** Where a partition begins and ends, as bigints. */
export type OffsetRange = { readonly partition: number; readonly start: bigint; readonly end: bigint }
export type Committed = { readonly topic: string; readonly partition: number; readonly offset: bigint }

/**
 * Messages of a partition that a group has still to read. What retention has deleted can not be read any more and does
 * not count; a commit beyond the end (a topic made anew) leaves nothing.
 */
export const lagOf = (committed: bigint, range: { readonly start: bigint; readonly end: bigint }): bigint => {
  const from = committed > range.start ? committed : range.start
  return range.end > from ? range.end - from : 0n
}

export type TopicLag = {
  readonly topic: string
  readonly lag: bigint
  /** Sums over the partitions that the group has committed. */
  readonly endSum: bigint
  readonly committedSum: bigint
}

/**
 * Lag of one group by topic. A topic of which any committed partition did not tell its offsets is left out, because a
 * sum without it would look like a jump. Topics of which no offsets were asked are left out, too.
 */
export const sumLagByTopic = (
  committed: readonly Committed[],
  offsets: ReadonlyMap<string, ReadonlyMap<number, OffsetRange>>,
): readonly TopicLag[] => {
  const sums = new Map<string, { lag: bigint; endSum: bigint; committedSum: bigint }>()
  const incomplete = new Set<string>()
  for (const { topic, partition, offset } of committed) {
    const range = offsets.get(topic)?.get(partition)
    if (!range) {
      incomplete.add(topic)
      continue
    }
    const sum = sums.get(topic) ?? { lag: 0n, endSum: 0n, committedSum: 0n }
    sum.lag += lagOf(offset, range)
    sum.endSum += range.end
    sum.committedSum += offset
    sums.set(topic, sum)
  }
  return [...sums].flatMap(([topic, sum]) => (incomplete.has(topic) ? [] : [{ topic, ...sum }]))
}
