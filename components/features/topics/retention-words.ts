import type { TopicRow } from '#server/contracts/topics.ts'
import { formatBytes, formatDuration } from '../../patterns/quantity.ts'

/** How long a topic keeps its messages, in words: "delete after 7 d", "compact". Times are ms as decimal text, −1 for ever. */
export const retentionWords = ({
  cleanupPolicy,
  retentionMs,
  retentionBytes,
}: Pick<TopicRow, 'cleanupPolicy' | 'retentionMs' | 'retentionBytes'>): string => {
  const policy = cleanupPolicy.split(',').join(' and ')
  if (!cleanupPolicy.includes('delete')) return policy
  const isSized = retentionBytes !== null && retentionBytes !== '-1'
  const ends = [
    ...(retentionMs === null || retentionMs === '-1' ? [] : [`after ${formatDuration(Number(retentionMs))}`]),
    ...(isSized ? [`above ${formatBytes(retentionBytes)} a partition`] : []),
  ]
  if (ends.length === 0 && retentionMs === '-1') return `${policy}: kept for ever`
  return ends.length === 0 ? policy : `${policy} ${ends.join(' or ')}`
}
