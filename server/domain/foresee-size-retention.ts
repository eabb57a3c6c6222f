/** A partition of a topic that is limited by size. */
export type SizedPartition = {
  readonly start: bigint
  readonly end: bigint
  /** On the disk of its leader. */
  readonly bytes: bigint
  /** The topic's retention.bytes, which holds for each partition. */
  readonly retentionBytes: bigint
  /** Messages that came in the last stretch of time, as long as the one that is looked ahead. */
  readonly recentMessages: bigint
}

/**
 * Up to which offset (exclusive) retention by size may delete within the time that is looked ahead; null: nothing. A
 * segment is deleted only while at least retention.bytes stand behind it, so a record is safe as long as what stands from
 * it to the end, and what is yet to come, is less than that. Taken as yet to come: twice what came in the last stretch as
 * long as that time, and at least a tenth of the limit, because dead letters come in bursts. Offsets are turned into bytes
 * by what a message of the partition takes on average. Segments are deleted whole, so this is the earliest.
 */
export const foreseeSizeRetention = ({
  start,
  end,
  bytes,
  retentionBytes,
  recentMessages,
}: SizedPartition): bigint | null => {
  const messages = end - start
  if (messages <= 0n || bytes <= 0n || retentionBytes < 0n) return null
  const byRate = (2n * recentMessages * bytes) / messages
  const least = retentionBytes / 10n
  const room = retentionBytes - (byRate > least ? byRate : least)
  const to = end - ((room > 0n ? room : 0n) * messages) / bytes
  return to > start ? to : null
}
