import { sayBytes, sayCount, sayDuration } from './say-amounts.ts'

type Unit = 'ms' | 'bytes' | 'count' | 'ratio' | 'flag' | 'choice' | 'text'
type Known = {
  readonly unit: Unit
  /** What it does, in a sentence. */
  readonly explanation: string
  /** Least value allowed, of numbers. */
  readonly least?: bigint
  /** What −1 means, or the largest value, where they mean something. */
  readonly unlimited?: string
  readonly choices?: readonly string[]
  /** Several choices, apart by commas. */
  readonly isList?: true
}

/**
 * Settings of a topic as Kafka 4 knows them (org.apache.kafka.common.config.TopicConfig, LogConfig for what is allowed).
 * Others are shown without an explanation and checked by the broker alone.
 */
const known: Readonly<Record<string, Known>> = {
  'cleanup.policy': {
    unit: 'choice',
    choices: ['delete', 'compact'],
    isList: true,
    explanation:
      'How old messages go: “delete” removes them by age or size, “compact” keeps the newest of each key, both together do both.',
  },
  'retention.ms': {
    unit: 'ms',
    least: -1n,
    unlimited: 'for ever',
    explanation: 'How long a message is kept at least before it may be deleted, counted from its timestamp.',
  },
  'retention.bytes': {
    unit: 'bytes',
    least: -1n,
    unlimited: 'no limit',
    explanation: 'How large one partition may grow before its oldest segments are deleted.',
  },
  'segment.bytes': {
    unit: 'bytes',
    least: 1n,
    explanation: 'Size of a segment file. Deletion and compaction work on whole segments that are closed.',
  },
  'segment.ms': {
    unit: 'ms',
    least: 1n,
    explanation:
      'After this long a segment is closed even when it is not full, so that it can be deleted or compacted.',
  },
  'segment.jitter.ms': {
    unit: 'ms',
    least: 0n,
    explanation:
      'Random time taken off segment.ms, so that many partitions do not close their segments at once.',
  },
  'segment.index.bytes': { unit: 'bytes', least: 4n, explanation: 'Size of the index of a segment.' },
  'index.interval.bytes': {
    unit: 'bytes',
    least: 0n,
    explanation:
      'How many bytes lie between two entries of the index: less finds offsets faster and needs more memory.',
  },
  'max.message.bytes': {
    unit: 'bytes',
    least: 0n,
    explanation: 'Largest batch of records that the topic takes, after compression. Larger ones are refused.',
  },
  'min.insync.replicas': {
    unit: 'count',
    least: 1n,
    explanation:
      'How many replicas must have a message before a producer with acks=all is told that it is safe.',
  },
  'unclean.leader.election.enable': {
    unit: 'flag',
    explanation:
      'Whether a replica that is behind may become leader when no other is left: available again, but messages are lost.',
  },
  'compression.type': {
    unit: 'choice',
    choices: ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'],
    explanation: 'How batches are compressed on disk. “producer” keeps what the producer chose.',
  },
  'compression.gzip.level': {
    unit: 'count',
    explanation: 'Effort of gzip where the broker compresses: 1 fast to 9 small, −1 its default.',
  },
  'compression.lz4.level': {
    unit: 'count',
    explanation: 'Effort of lz4 where the broker compresses: 1 fast to 17 small.',
  },
  'compression.zstd.level': {
    unit: 'count',
    explanation: 'Effort of zstd where the broker compresses: higher is smaller and slower.',
  },
  'message.timestamp.type': {
    unit: 'choice',
    choices: ['CreateTime', 'LogAppendTime'],
    explanation:
      'Whose clock stamps a message: the producer’s when it made it, or the broker’s when it arrived.',
  },
  'message.timestamp.before.max.ms': {
    unit: 'ms',
    least: 0n,
    unlimited: 'no limit',
    explanation: 'How far in the past a producer’s timestamp may lie. Older messages are refused.',
  },
  'message.timestamp.after.max.ms': {
    unit: 'ms',
    least: 0n,
    unlimited: 'no limit',
    explanation: 'How far in the future a producer’s timestamp may lie. Messages further ahead are refused.',
  },
  'min.cleanable.dirty.ratio': {
    unit: 'ratio',
    explanation:
      'Share of a log that must be uncompacted before compaction begins: less compacts more often.',
  },
  'min.compaction.lag.ms': {
    unit: 'ms',
    least: 0n,
    explanation: 'A message stays uncompacted at least this long.',
  },
  'max.compaction.lag.ms': {
    unit: 'ms',
    least: 1n,
    unlimited: 'no limit',
    explanation: 'After this long a message is compacted, whatever the dirty ratio says.',
  },
  'delete.retention.ms': {
    unit: 'ms',
    least: 0n,
    explanation:
      'How long a compacted topic keeps tombstones, so that slow readers still see that a key was deleted.',
  },
  'file.delete.delay.ms': {
    unit: 'ms',
    least: 0n,
    explanation: 'How long the file of a deleted segment stays on disk.',
  },
  'flush.messages': {
    unit: 'count',
    least: 1n,
    unlimited: 'left to the operating system',
    explanation: 'After how many messages the log is forced to disk. Replication makes this rarely needed.',
  },
  'flush.ms': {
    unit: 'ms',
    least: 0n,
    unlimited: 'left to the operating system',
    explanation: 'After how long the log is forced to disk. Replication makes this rarely needed.',
  },
  preallocate: {
    unit: 'flag',
    explanation: 'Whether the whole segment file is reserved on disk when it is begun.',
  },
  'leader.replication.throttled.replicas': {
    unit: 'text',
    explanation: 'Replicas whose leaders send at a limited rate while partitions are moved.',
  },
  'follower.replication.throttled.replicas': {
    unit: 'text',
    explanation: 'Replicas that fetch at a limited rate while partitions are moved.',
  },
  'remote.storage.enable': {
    unit: 'flag',
    explanation: 'Whether closed segments are copied to remote storage (tiered storage).',
  },
  'local.retention.ms': {
    unit: 'ms',
    least: -2n,
    explanation:
      'How long segments stay on the brokers’ disks once they are in remote storage; −2 is retention.ms.',
  },
  'local.retention.bytes': {
    unit: 'bytes',
    least: -2n,
    explanation:
      'How much of a partition stays on the brokers’ disks once it is in remote storage; −2 is retention.bytes.',
  },
  'remote.log.copy.disable': {
    unit: 'flag',
    explanation: 'Whether no more segments are copied to remote storage.',
  },
  'remote.log.delete.on.disable': {
    unit: 'flag',
    explanation: 'Whether what is in remote storage is deleted when remote storage is switched off.',
  },
}

/** Names of the settings that are explained, in the order in which they are offered. */
export const knownSettings: readonly string[] = Object.keys(known)

const largest = 2n ** 63n - 1n
const wholeNumber = /^-?\d{1,19}$/

/** What a setting does, in a sentence; null for one that is not known here. */
export const explainSetting = (name: string): string | null => known[name]?.explanation ?? null

/** Values among which a setting chooses; empty where it takes any of its kind. */
export const settingChoices = (name: string): readonly string[] => {
  const { unit, choices = [], isList } = known[name] ?? { unit: 'text' as const }
  if (unit === 'flag') return ['true', 'false']
  return isList ? [...choices, choices.join(',')] : choices
}

/** A value with its unit made readable: 604,800,000 ms is “7 d”. Null where the value says it already. */
export const readSetting = (name: string, value: string | null): string | null => {
  const setting = known[name]
  if (setting === undefined || value === null || !wholeNumber.test(value)) return null
  const amount = BigInt(value)
  if (setting.unlimited !== undefined && (amount === -1n || amount === largest)) return setting.unlimited
  if (amount < 0n) return null
  if (setting.unit === 'ms')
    return amount === largest ? 'no limit' : amount < 1000n ? null : sayDuration(Number(amount))
  if (setting.unit === 'bytes') return amount < 1000n ? null : sayBytes(amount)
  return setting.unit === 'count' && amount >= 1000n ? sayCount(amount) : null
}

/** Why the broker would not take a value, or null. Settings that are not known are left to the broker. */
export const checkSetting = (name: string, value: string): string | null => {
  const setting = known[name]
  if (setting === undefined) return null
  const { unit, least, choices = [], isList } = setting
  if (unit === 'flag') return value === 'true' || value === 'false' ? null : 'It is true or false.'
  if (unit === 'choice') {
    const chosen = isList ? value.split(',').map((one) => one.trim()) : [value]
    return chosen.every((one) => choices.includes(one)) ? null : `It is one of ${choices.join(', ')}.`
  }
  if (unit === 'ratio') {
    const ratio = Number(value)
    return value.trim() !== '' && ratio >= 0 && ratio <= 1 ? null : 'It is a share from 0 to 1, such as 0.5.'
  }
  if (unit === 'text') return null
  const what = unit === 'ms' ? 'milliseconds' : unit === 'bytes' ? 'bytes' : 'a count'
  if (!wholeNumber.test(value)) return `It is a whole number (${what}).`
  const amount = BigInt(value)
  if (amount > largest) return `It is at most ${sayCount(largest)}.`
  return least !== undefined && amount < least ? `It is at least ${least} (${what}).` : null
}
