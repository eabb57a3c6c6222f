import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanRequest } from '#server/ports/scan.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'

/** A message as a test wrote it. */
export type Written = Pick<RawMessage, 'topic' | 'partition' | 'offset' | 'timestampMs'> & {
  readonly value: string
}

/** Numbers that look random and are the same in each run. */
export const makeRandom = (seed: number) => {
  let state = seed >>> 0 || 1
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return {
    below: (most: number): number => Math.floor(next() * most),
    chance: (share: number): boolean => next() < share,
    oneOf: <T>(items: readonly T[], otherwise: T): T => items[Math.floor(next() * items.length)] ?? otherwise,
  }
}

export type TimesOf = (index: number, random: ReturnType<typeof makeRandom>) => number

/** Writes messages with the times given to a new topic, in batches of all sizes, and answers what stands where. */
export const writeTopic = async (
  brokers: string,
  topic: TopicName,
  {
    partitions,
    count,
    timeOf,
    seed,
    settings = {},
  }: {
    readonly partitions: number
    readonly count: number
    readonly timeOf: TimesOf
    readonly seed: number
    readonly settings?: Readonly<Record<string, string>>
  },
): Promise<readonly Written[]> => {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  // Times long ago are written here; retention would take them away in the middle of a test.
  const configEntries = Object.entries({ 'retention.ms': '-1', ...settings }).map(([name, value]) => ({
    name,
    value,
  }))
  await makeTopics(admin, [{ topic, numPartitions: partitions, configEntries }])
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  const random = makeRandom(seed)
  const ends = Array.from({ length: partitions }, () => 0n)
  const written: Written[] = []
  for (let index = 0; index < count; ) {
    const size = Math.min(count - index, 1 + random.below(400))
    const messages = Array.from({ length: size }, () => {
      const partition = random.below(partitions)
      const timestampMs = BigInt(timeOf(index, random))
      const value = `${index % 97 === 0 ? 'needle' : 'straw'}-${index}-${'x'.repeat(random.below(60))}`
      written.push({ topic, partition, offset: ends[partition] ?? 0n, timestampMs, value })
      ends[partition] = (ends[partition] ?? 0n) + 1n
      index += 1
      return { partition, value, timestamp: String(timestampMs) }
    })
    const compression = random.chance(0.5) ? CompressionTypes.GZIP : CompressionTypes.None
    await producer.send({ topic, messages, compression })
  }
  await producer.disconnect()
  return written
}

/** What a request wants of what was written, in no order. */
export const wantedOf = (
  written: readonly Written[],
  { topics, sinceMs, untilMs, offsets }: ScanRequest,
  accept: (value: string) => boolean,
): readonly Written[] =>
  written.filter(
    (one) =>
      topics.some(
        ({ topic, partitions }) =>
          topic === one.topic && (partitions === undefined || partitions.includes(one.partition)),
      ) &&
      (sinceMs === undefined || one.timestampMs >= sinceMs) &&
      (untilMs === undefined || one.timestampMs < untilMs) &&
      (offsets?.least === undefined || offsets.least === null || one.offset >= offsets.least) &&
      (offsets?.most === undefined || offsets.most === null || one.offset <= offsets.most) &&
      accept(one.value),
  )

/** Longer than any fast machine takes for a record. */
const lookMs = 0.03

/**
 * A filter that nothing fits and that takes its time, so that what a test does while a scan runs happens while it runs,
 * however fast the machine is.
 */
export const findNothingSlowly = {
  accept: () => {
    const until = performance.now() + lookMs
    while (performance.now() < until);
    return false
  },
}
