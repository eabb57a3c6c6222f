import type { TopicName } from '#server/contracts/scalars.ts'
import { readLineage } from '#server/domain/replay-copy.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import { type Budget, type Call, searchBudget } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

/** Where a copy was seen last after its group had moved it to a retry topic. */
export type RetryHop = { readonly topic: string; readonly partition: number; readonly offset: bigint }

type Scan = {
  /** Where to read on, by topic and partition. */
  readonly next: Map<string, bigint>
  /** By item id. */
  readonly hops: Map<string, RetryHop & { readonly timestampMs: bigint }>
}

/** What was read so far, by replay: each look reads only what is new. A successor begins with the start of the replay. */
const scans = new Map<string, Scan>()
const budget: Budget = { ...searchBudget, messages: 20_000, milliseconds: 3_000 }
const marginMs = 60_000

/** Retry topics by their targets' names: Spring's `<topic>-retry`, `<topic>-retry-0`. */
const retryTopicsOf = (names: readonly string[], targets: readonly string[]): TopicName[] =>
  names.filter(
    (name) =>
      topicKindOf(name, false) === 'retry' && targets.some((target) => name.startsWith(`${target}-retry`)),
  ) as TopicName[]

/**
 * Copies of a replay that stand in the retry topics of its targets, by item id, each where it was seen last. What can not
 * be read now is read at the next look.
 */
export const findRetries = async (
  connection: Connection,
  replay: { readonly id: string; readonly targets: readonly string[]; readonly startedAtMs: number | null },
  call: Call,
): Promise<ReadonlyMap<string, RetryHop>> => {
  const scan: Scan = scans.get(replay.id) ?? { next: new Map(), hops: new Map() }
  scans.set(replay.id, scan)
  const reader = connection.broker.messages
  const listed = reader ? await connection.broker.topics.list({ ...call, maxAgeMs: 0 }) : null
  if (!reader || !listed?.ok) return scan.hops
  for (const topic of retryTopicsOf(
    listed.value.map(({ name }) => name),
    replay.targets,
  )) {
    if (![...scan.next.keys()].some((place) => place.startsWith(`${topic}/`))) {
      const [starts, known] = await Promise.all([
        reader.offsetsAt(topic, BigInt((replay.startedAtMs ?? 0) - marginMs), call),
        connection.broker.topics.find(topic, call),
      ])
      const offsets = known.ok ? await connection.broker.topics.offsets([known.value], call) : known
      if (!starts.ok || !offsets.ok) continue
      // Nothing was written since: what comes next comes at the end.
      for (const { partition, end } of offsets.value[0]?.partitions ?? [])
        scan.next.set(`${topic}/${partition}`, starts.value.get(partition) ?? end)
    }
    for (const [place, from] of scan.next) {
      const partition = Number(place.slice(topic.length + 1))
      if (place !== `${topic}/${partition}`) continue
      const read = await reader.readForward({ topic, partition, from, limit: budget.messages, budget }, call)
      if (!read.ok) continue
      scan.next.set(place, read.value.resumeAt.get(partition) ?? from)
      for (const { headers, offset, timestampMs } of read.value.messages) {
        const lineage = readLineage(headers)
        if (lineage?.replayId !== replay.id) continue
        const item = lineage.itemId.toString()
        if ((scan.hops.get(item)?.timestampMs ?? -1n) <= timestampMs)
          scan.hops.set(item, { topic, partition, offset, timestampMs })
      }
    }
  }
  return scan.hops
}

/** Forgets what was read for a replay that has all its outcomes. */
export const forgetRetries = (replayId: string): void => {
  scans.delete(replayId)
}
