import type { TopicName } from '#server/contracts/scalars.ts'
import {
  choosePartition,
  type PartitionChoice,
  sayPartitions,
  type TargetPartitioning,
} from '#server/domain/choose-partition.ts'
import { findFormerPartitions, judgePartitioner, type KeyPlace } from '#server/domain/partitioners.ts'
import type { Call } from '#server/ports/call.ts'
import type { SampledKeys } from '#server/ports/scanner.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { Connection, Deps } from './deps.ts'
import type { FoundLetters } from './found-letters.ts'
import type { Judged } from './judge-letters.ts'

/** Partitions of one topic that are looked at, spread over all of it. */
const mostPartitions = 48
/** So long is waited for the sample, also for a thread to take it. */
const patienceMs = 8_000

export type PlacedLetters = {
  /** Null: the client takes partitions in turns. */
  partitionOf(letterId: bigint): number | null
  sentenceOf(topic: TopicName): string
  readonly findings: readonly FoundLetters[]
}

/** Chooses the partitions of copies, by where sampled keys of their targets stand. Reads the targets for it. */
export const findPartitions = async (
  deps: Deps,
  connection: Connection,
  ready: readonly Judged[],
  call: Call,
): Promise<PlacedLetters> => {
  const targets = [
    ...new Map(ready.flatMap(({ target }) => (target ? [[target.name, target]] : []))).values(),
  ]
  const sampled = await sampleTargets(deps, connection, targets, call)
  const known = new Map(
    targets.map((target) => [target.name, judge(target, ready, sampled.get(target.name))]),
  )
  const choices = new Map<bigint, PartitionChoice>()
  for (const one of ready) {
    const target = one.target && known.get(one.target.name)
    if (target)
      choices.set(
        one.letter.id,
        choosePartition({ hashes: one.record?.hashes ?? null, ownPartition: ownPartitionOf(one) }, target),
      )
  }
  const ruleOf = ({ letter }: Judged) => choices.get(letter.id)?.rule
  const isOf =
    (topic: TopicName) =>
    ({ target }: Judged) =>
      target?.name === topic
  return {
    partitionOf: (letterId) => choices.get(letterId)?.partition ?? null,
    sentenceOf: (topic) => {
      const target = known.get(topic)
      return target
        ? sayPartitions(
            target,
            ready.filter(isOf(topic)).flatMap((one) => ruleOf(one) ?? []),
          )
        : ''
    },
    findings: [
      [
        'partitioner-unknown',
        ready.filter(
          (one) => ruleOf(one) === 'by-key-unproven' && one.target && known.get(one.target.name)?.sampled,
        ),
      ],
      ['partitions-changed', ready.filter((one) => ruleOf(one) === 'by-key' && ownPartitionOf(one) !== null)],
    ],
  }
}

const ownPartitionOf = ({ letter, target }: Judged): number | null =>
  target?.name === letter.originTopic ? letter.originPartition : null

const judge = (
  { name, partitions: { length: partitions } }: TopicState,
  ready: readonly Judged[],
  sample: SampledKeys | undefined,
): TargetPartitioning => {
  const verdict = judgePartitioner(sample?.newest ?? [], partitions)
  const died = ready.flatMap((one): KeyPlace[] => {
    const partition = one.target?.name === name ? ownPartitionOf(one) : null
    const hashes = one.record?.hashes
    return partition !== null && hashes ? [{ partition, hashes }] : []
  })
  return {
    topic: name,
    partitions,
    sampled: verdict.sampled,
    fit: verdict.fit,
    formerPartitions:
      verdict.fit &&
      (verdict.fit.formerPartitions ??
        findFormerPartitions(verdict.fit.name, [...(sample?.oldest ?? []), ...died], partitions)),
  }
}

/** Where keys of topics stand; nothing of those with one partition, and of what does not answer. */
const sampleTargets = async (
  { scanner }: Deps,
  { id, broker }: Connection,
  targets: readonly TopicState[],
  call: Call,
): Promise<ReadonlyMap<TopicName, SampledKeys>> => {
  const wanted = targets.filter(({ partitions }) => partitions.length > 1).map(thin)
  if (wanted.length === 0) return new Map()
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)])
  const offsets = await broker.topics.offsets(wanted, { signal })
  if (!offsets.ok) return new Map()
  const partitions = offsets.value.flatMap(({ topic, partitions: list }) =>
    list.filter(({ start, end }) => end > start).map((one) => ({ topic, ...one })),
  )
  if (partitions.length === 0) return new Map()
  const sampled = await scanner.sampleKeys({ connection: id, partitions }, { signal })
  return new Map(sampled.ok ? sampled.value.map((one) => [one.topic, one]) : [])
}

const thin = (topic: TopicState): TopicState => {
  const step = Math.ceil(topic.partitions.length / mostPartitions)
  return { ...topic, partitions: topic.partitions.filter((_, index) => index % step === 0) }
}
