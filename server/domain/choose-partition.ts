import type { TopicName } from '#server/contracts/scalars.ts'
import { type KeyHashes, type PartitionerName, partitionBy, partitioners } from './partitioners.ts'
import { sayCount, sayMany } from './say-amounts.ts'

/** What is known of how a target's partitions are chosen. */
export type TargetPartitioning = {
  readonly topic: TopicName
  readonly partitions: number
  /** Different keys that were looked at on it. */
  readonly sampled: number
  /** Null: no partitioner fits where they stand, or too few were seen to tell. */
  readonly fit: { readonly name: PartitionerName; readonly hits: number } | null
  /** It had so many partitions before; null: nothing tells of a change. */
  readonly formerPartitions: number | null
}

/** Why a copy goes to its partition. */
export type PartitionRule =
  /** That of the message that died. */
  | 'own'
  /** The one that producers of the target give its key. */
  | 'by-key'
  /** Nothing tells how they do: as the Java client does. */
  | 'by-key-unproven'
  /** Without a key, and without a place of its own: partitions in turns. */
  | 'spread'

export type PartitionChoice = { readonly partition: number | null; readonly rule: PartitionRule }

/**
 * The partition of a copy. Home in its own topic a message keeps its partition, unless the topic has got more of them
 * since and newer messages of its key go to another: then it follows them, for order is kept only within a partition.
 * Elsewhere the key decides, as it does for the target's own producers.
 */
export const choosePartition = (
  message: {
    readonly hashes: KeyHashes | null
    /** The partition it died in, where the target is the topic it died in. */
    readonly ownPartition: number | null
  },
  target: TargetPartitioning,
): PartitionChoice => {
  const { hashes, ownPartition } = message
  const { fit, partitions, formerPartitions } = target
  const own = ownPartition !== null && ownPartition < partitions ? ownPartition : null
  if (hashes === null)
    return own === null ? { partition: null, rule: 'spread' } : { partition: own, rule: 'own' }
  const byKey = fit && partitionBy(fit.name, hashes, partitions)
  const wasThere = fit && formerPartitions !== null && partitionBy(fit.name, hashes, formerPartitions) === own
  if (own !== null && (byKey === null || byKey === own || !wasThere)) return { partition: own, rule: 'own' }
  if (byKey !== null) return { partition: byKey, rule: 'by-key' }
  return { partition: partitionBy('murmur2', hashes, partitions), rule: 'by-key-unproven' }
}

/** What a plan says of the partitions of one target, and how many copies it is of. */
export const sayPartitions = (
  { partitions, fit, sampled, formerPartitions }: TargetPartitioning,
  rules: readonly PartitionRule[],
): string => {
  const of = (rule: PartitionRule) => rules.filter((one) => one === rule).length
  const keys = sayMany(sampled, 'sampled key')
  const say: Record<PartitionRule, string> = {
    own: "the message's own",
    'by-key':
      fit === null
        ? ''
        : `by key, ${fit.name} (${partitioners[fit.name].usedBy}): ${sayCount(fit.hits)} of ${keys} ${fit.hits === 1 ? 'fits' : 'fit'}${
            formerPartitions === null
              ? ''
              : `; the topic had ${sayMany(formerPartitions, 'partition')} and has ${partitions} now`
          }`,
    'by-key-unproven': `by key as the Java client does (murmur2), unproven: ${
      sampled === 0
        ? 'it holds no keyed messages to tell by'
        : `no known partitioner explains where ${keys} ${sampled === 1 ? 'stands' : 'stand'}`
    }`,
    spread: 'without a key: the partitions in turns',
  }
  const present = (Object.keys(say) as PartitionRule[]).filter((rule) => of(rule) > 0)
  if (present.length === 1 && present[0] === 'own') {
    if (partitions === 1) return "the topic's only one"
    const seen = fit === null ? 'nothing tells whether their number has changed' : 'unchanged'
    return `the message's own (${partitions} partitions, ${formerPartitions === null ? seen : `before ${formerPartitions}`})`
  }
  return present
    .map((rule) => (present.length === 1 ? say[rule] : `${sayCount(of(rule))} ${say[rule]}`))
    .join('; ')
}
