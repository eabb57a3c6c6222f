import type { PartitionRow } from '#server/contracts/topics.ts'
import { formatBytes } from '../../patterns/quantity.ts'

/** From this many times the average a partition stands out. */
const skewed = 1.5

/** How evenly a topic's bytes lie over its partitions, and on which brokers they are led, in a sentence. */
export const saySkew = (rows: readonly PartitionRow[]): string => {
  const leaders = Map.groupBy(
    rows.filter(({ leader }) => leader !== null),
    ({ leader }) => leader,
  )
  const led = [...leaders]
    .sort(([a], [b]) => (a ?? 0) - (b ?? 0))
    .map(([broker, mine]) => `broker ${broker} leads ${mine.length}`)
    .join(', ')
  const sizes = rows.flatMap(({ partition, sizeBytes }) =>
    sizeBytes === null ? [] : [{ partition, bytes: Number(sizeBytes) }],
  )
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const largest = sizes.toSorted((a, b) => b.bytes - a.bytes)[0]
  const leading = led === '' ? 'No partition has a leader.' : `${led[0]?.toUpperCase()}${led.slice(1)}.`
  if (largest === undefined) return `${leading} Sizes are not told.`
  const times = total === 0 ? 1 : largest.bytes / (total / sizes.length)
  if (sizes.length < 2 || total === 0) return `${leading} ${formatBytes(total)} in all.`
  return times < skewed
    ? `${leading} ${formatBytes(total)} in all, spread evenly.`
    : `${leading} ${formatBytes(total)} in all; partition ${largest.partition} holds ${formatBytes(largest.bytes)}, ${times.toFixed(1)} times the average: keys are uneven, or few.`
}
