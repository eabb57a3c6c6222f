import { sayCount, sayMany } from './say-amounts.ts'
import type { TopicNow } from './topic-change-facts.ts'
import { finding, type PlanParts } from './topic-change-finding.ts'

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))

/**
 * How many of a hundred keys another partition is chosen for: a key stays when its hash has the same remainder by both
 * numbers, which holds for `now` of every lcm(now, total) hashes.
 */
export const movedPercent = (now: number, total: number): number =>
  Math.round(100 * (1 - divisor(now, total) / total))

/** The plan of more partitions: keys move, order breaks at that moment, and it can not be undone. */
export const addPartitions = (topic: TopicNow, total: number): PlanParts => {
  const now = topic.partitions.length
  const added = total - now
  const isCompacted = (topic.settings.find(({ name }) => name === 'cleanup.policy')?.value ?? '').includes(
    'compact',
  )
  const isUsed = topic.messages === null || topic.messages > 0n
  return {
    title: `Add partitions to ${topic.name}`,
    effect:
      added === 1
        ? `Add 1 partition to ${topic.name}`
        : `Add ${sayCount(Math.max(added, 0))} partitions to ${topic.name}`,
    steps: [
      `${topic.name} goes from ${sayCount(now)} to ${sayMany(total, 'partition')}; the messages that are there stay where they are.`,
      'Producers and groups notice within five minutes (metadata.max.age.ms); groups rebalance then.',
    ],
    findings: [
      ...(added <= 0
        ? [
            finding(
              'refused',
              'not-more',
              `It has ${sayMany(now, 'partition')}. They can only become more: partitions can not be taken away.`,
              'partitions',
            ),
          ]
        : []),
      ...(topic.kind === 'internal'
        ? [
            finding(
              'refused',
              'internal',
              'It is an internal topic: which partition holds what depends on how many there are.',
            ),
          ]
        : []),
      ...(added > 0 && isUsed
        ? [
            finding(
              'warning',
              'keys-move',
              `Keys move: about ${movedPercent(now, total)} % of them go to another partition from now on, so that newer messages of a key may be read before older ones.`,
            ),
          ]
        : []),
      ...(added > 0 && isUsed && isCompacted
        ? [
            finding(
              'warning',
              'compaction',
              'The topic is compacted: the last message of a key in its old partition is never replaced, and stays beside the newer one in the other partition.',
            ),
          ]
        : []),
      ...(added > 0 && topic.groups.length > 0
        ? [
            finding(
              'warning',
              'late-readers',
              'A group that begins at the end of a partition may miss what is written to the new ones before it notices them.',
            ),
          ]
        : []),
      ...(added > 0 && !isUsed ? [finding('fact', 'empty', 'It is empty: no order can break.')] : []),
    ],
    undo: 'It can not be undone: partitions can not be taken away.',
  }
}
