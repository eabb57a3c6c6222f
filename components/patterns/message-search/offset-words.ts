import type { ScannedRange } from '#server/contracts/scanned-ranges.ts'
import { formatCount, sayMany } from '../quantity.ts'

const partitionsOf = (ranges: readonly ScannedRange[]): number =>
  new Set(ranges.map(({ topic, partition }) => `${topic}/${partition}`)).size

/** What stands in the line of a report: the offsets themselves where one range was read. */
export const offsetWords = (ranges: readonly ScannedRange[]): string => {
  const [only] = ranges
  if (only && ranges.length === 1)
    return `offsets ${formatCount(only.from)} to ${formatCount((BigInt(only.to) - 1n).toString())} of partition ${only.partition}`
  return 'offsets'
}

/** The total above the list of ranges. */
export const rangeWords = (ranges: readonly ScannedRange[]): string => {
  const messages = ranges.reduce((sum, one) => sum + BigInt(one.messages), 0n).toString()
  const offsets = ranges.reduce((sum, { from, to }) => sum + BigInt(to) - BigInt(from), 0n).toString()
  const topics = new Set(ranges.map(({ topic }) => topic))
  const partitions = partitionsOf(ranges)
  const of = topics.size === 1 ? [...topics][0] : sayMany(topics.size, 'topic')
  return `${sayMany(messages, 'message')} at ${sayMany(offsets, 'offset')} of ${sayMany(partitions, 'partition')} of ${of}`
}
