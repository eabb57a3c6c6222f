import { crc32 } from 'node:zlib'

/** The hashes of a key from which every known client chooses its partition, as unsigned 32-bit numbers. */
export type KeyHashes = { readonly murmur2: number; readonly crc32: number; readonly fnv1a: number }

const multiplier = 0x5bd1e995
const seed = 0x9747b28c

/** MurmurHash2 as the Java client computes it (org.apache.kafka.common.utils.Utils.murmur2), unsigned. */
const murmur2 = (key: Uint8Array): number => {
  const whole = key.length & ~3
  const at = (index: number): number => key[index] ?? 0
  let hash = seed ^ key.length
  for (let index = 0; index < whole; index += 4) {
    let word = at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24)
    word = Math.imul(word, multiplier)
    word ^= word >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier)
  }
  const rest = key.length - whole
  if (rest === 3) hash ^= at(whole + 2) << 16
  if (rest >= 2) hash ^= at(whole + 1) << 8
  if (rest >= 1) hash = Math.imul(hash ^ at(whole), multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** FNV-1a of 32 bits (Go's hash/fnv), unsigned. */
const fnv1a = (key: Uint8Array): number =>
  key.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5) >>> 0

/** The hashes that clients choose partitions by, of one key. */
export const hashKey = (key: Uint8Array): KeyHashes => ({
  murmur2: murmur2(key),
  crc32: crc32(key),
  fnv1a: fnv1a(key),
})

type Partitioning = {
  /** Who partitions so unless told otherwise. */
  readonly usedBy: string
  readonly partitionOf: (hashes: KeyHashes, partitions: number) => number
}

/**
 * How clients turn a key into a partition. They differ in the hash, and in how they get rid of its sign: a mask, the
 * absolute value of the remainder, or none.
 */
export const partitioners = {
  murmur2: {
    usedBy: 'the Java client, KafkaJS, franz-go',
    partitionOf: (hashes, partitions) => (hashes.murmur2 & 0x7fffffff) % partitions,
  },
  CRC32: {
    usedBy: 'librdkafka: confluent-kafka for Python, Go, .NET and JavaScript',
    partitionOf: (hashes, partitions) => hashes.crc32 % partitions,
  },
  'FNV-1a': {
    usedBy: 'Sarama, kafka-go',
    partitionOf: (hashes, partitions) => Math.abs((hashes.fnv1a | 0) % partitions),
  },
  'FNV-1a (masked)': {
    usedBy: "Sarama's reference partitioner",
    partitionOf: (hashes, partitions) => (hashes.fnv1a & 0x7fffffff) % partitions,
  },
  'FNV-1a (unsigned)': {
    usedBy: 'franz-go with its Sarama hasher',
    partitionOf: (hashes, partitions) => hashes.fnv1a % partitions,
  },
} as const satisfies Record<string, Partitioning>

export type PartitionerName = keyof typeof partitioners

/** The partition a partitioner gives a key among so many. */
export const partitionBy = (name: PartitionerName, hashes: KeyHashes, partitions: number): number =>
  partitioners[name].partitionOf(hashes, partitions)

/** A keyed message and where it stands. */
export type KeyPlace = { readonly partition: number; readonly hashes: KeyHashes }

/** How well a partitioner explains where sampled keys stand. */
export type PartitionerFit = {
  readonly name: PartitionerName
  readonly hits: number
  /** Of so many partitions there were when some of them were written; null: of as many as there are now. */
  readonly formerPartitions: number | null
}
export type PartitionerVerdict = {
  /** Different keys that were looked at. */
  readonly sampled: number
  /** Null: none fits, or too few keys were seen to tell. */
  readonly fit: PartitionerFit | null
  readonly best: PartitionerFit | null
}

const leastHitRate = 0.95
/** Keys must fall into place so well by chance only once in ten to the power of this. */
const leastEvidence = 4

const names = Object.keys(partitioners) as PartitionerName[]

const countHits = (name: PartitionerName, places: readonly KeyPlace[], counts: readonly number[]): number =>
  places.filter(({ partition, hashes }) =>
    counts.some((count) => partitionBy(name, hashes, count) === partition),
  ).length

/** Powers of ten of the chance against so many keys being in place by accident. */
const evidenceOf = (keys: number, chance: number): number => -keys * Math.log10(chance)

const differing = (places: readonly KeyPlace[]): readonly KeyPlace[] => [
  ...new Map(
    places.map((place) => [`${place.partition} ${place.hashes.murmur2} ${place.hashes.crc32}`, place]),
  ).values(),
]

/**
 * Which partitioner put sampled messages where they stand, of a topic with so many partitions now. Where none fits, the
 * topic may have had fewer when some of them were written.
 */
export const judgePartitioner = (places: readonly KeyPlace[], partitions: number): PartitionerVerdict => {
  const sample = differing(places)
  const sampled = sample.length
  const fitOf = (name: PartitionerName, former: number | null): PartitionerFit => ({
    name,
    hits: countHits(name, sample, former === null ? [partitions] : [partitions, former]),
    formerPartitions: former,
  })
  const isGood = ({ hits, formerPartitions }: PartitionerFit): boolean => {
    const chance = formerPartitions === null ? 1 / partitions : 1 / partitions + 1 / formerPartitions
    // Each count that was tried had its own chance to fit.
    const tried = Math.log10(formerPartitions === null ? names.length : names.length * partitions)
    return hits >= sampled * leastHitRate && evidenceOf(sampled, Math.min(1, chance)) - tried >= leastEvidence
  }
  const byHits = (a: PartitionerFit, b: PartitionerFit) => b.hits - a.hits
  const now = names.map((name) => fitOf(name, null)).toSorted(byHits)
  const best = now[0] ?? null
  const [good] = now.filter(isGood)
  if (good) return { sampled, fit: good, best }
  const before = names
    .flatMap((name) =>
      Array.from({ length: Math.max(0, partitions - 2) }, (_, index) => fitOf(name, index + 2)),
    )
    .filter(isGood)
    .toSorted(byHits)
  return { sampled, fit: before[0] ?? null, best }
}

/**
 * How many partitions a topic had when messages were written that do not stand where a partitioner would put them now;
 * null where nothing tells.
 */
export const findFormerPartitions = (
  name: PartitionerName,
  places: readonly KeyPlace[],
  partitions: number,
): number | null => {
  const moved = differing(places).filter(
    ({ partition, hashes }) => partitionBy(name, hashes, partitions) !== partition,
  )
  const candidates = Array.from({ length: Math.max(0, partitions - 1) }, (_, index) => index + 1).filter(
    (count) =>
      countHits(name, moved, [count]) >= moved.length * leastHitRate &&
      evidenceOf(moved.length, 1 / count) - Math.log10(partitions) >= leastEvidence / 2,
  )
  return candidates.length === 1 ? (candidates[0] ?? null) : null
}
