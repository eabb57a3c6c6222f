import { withoutRetry } from '#server/domain/choose-reader-group.ts'
import type { DeadLetterRules } from '#server/domain/dead-letter-rules.ts'
import { decodeDeadLetter } from '#server/domain/decode-dead-letter.ts'
import { readLineage } from '#server/domain/replay-copy.ts'
import { type RetryChain, waitingTopicsOf } from '#server/domain/retry-chain.ts'
import { RetryPlaces } from '#server/domain/retry-places.ts'
import { type Budget, type Call, searchBudget } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { ItemRecord } from '#server/repositories/replay-items.ts'
import type { Connection } from './deps.ts'
import type { RetryChains } from './read-retry-chains.ts'

/** Where a copy was seen last after its group had moved it to a retry topic. */
export type RetryHop = { readonly topic: string; readonly partition: number; readonly offset: bigint }

type SeenHop = RetryHop & { readonly timestampMs: bigint }

type Scan = {
  /** Where to read on, by topic and partition. */
  readonly next: Map<string, bigint>
  /** By item id, where the copy was seen last by the group that counts. */
  readonly hops: Map<string, SeenHop>
  /** By item id, where each group that named itself has moved it last; null: one that did not. */
  readonly seen: Map<string, Map<string | null, SeenHop>>
  /** Records without lineage. */
  readonly places: RetryPlaces
}

/** What was read so far, by replay: each look reads only what is new. A successor begins with the start of the replay. */
const scans = new Map<string, Scan>()
const budget: Budget = { ...searchBudget, messages: 20_000, milliseconds: 3_000 }
const marginMs = 60_000
/** Of so many places is it known what came from there. */
const placesKept = 50_000

/** A topic made anew under its name is read from its own start. */
const placeOf = ({ name, topicId }: TopicState, partition: number): string =>
  `${topicId ?? ''} ${name}/${partition}`

export type Retries = {
  /** By item id, each where it was seen last. */
  readonly hops: ReadonlyMap<string, RetryHop>
  /** The retry and dead-letter topics of each target; null: they could not be asked for. */
  readonly chains: readonly RetryChain[] | null
  /** Whether all that stands in the retry topics of a target was read: what was not may hold a copy. */
  isReadFor(target: string): boolean
}

/**
 * Copies of `items` that stand in the retry topics of their targets, by their lineage, and by where they stood, because
 * some frameworks keep no headers. What another group has moved there tells nothing: it failed on its own. Each partition
 * is read on its own: what can not be read now is read at the next look.
 */
export const findRetries = async (
  connection: Connection,
  chainsOf: RetryChains,
  replay: { readonly id: string; readonly targets: readonly string[]; readonly startedAtMs: number | null },
  items: readonly ItemRecord[],
  call: Call,
): Promise<Retries> => {
  const scan: Scan = scans.get(replay.id) ?? {
    next: new Map(),
    hops: new Map(),
    seen: new Map(),
    places: new RetryPlaces(placesKept),
  }
  scans.set(replay.id, scan)
  const reader = connection.broker.messages
  const listed = reader ? await connection.broker.topics.list({ ...call, maxAgeMs: 0 }) : null
  if (!reader || !listed?.ok) return { hops: scan.hops, chains: null, isReadFor: () => false }
  const chains = chainsOf(
    replay.targets,
    listed.value.map(({ name }) => name),
  )
  const retryTopicsOf = (chain: RetryChain) => waitingTopicsOf(chain).map(({ topic }) => topic)
  const wanted = new Set<string>(chains.flatMap(retryTopicsOf))
  const unread = new Set<string>()
  for (const topic of listed.value.filter(({ name }) => wanted.has(name))) {
    let isRead = true
    await addStarts(connection, topic, scan, BigInt((replay.startedAtMs ?? 0) - marginMs), call)
    for (const { partition } of topic.partitions) {
      const from = scan.next.get(placeOf(topic, partition))
      const request = { topic: topic.name, partition, limit: budget.messages, budget }
      const read = from === undefined ? null : await reader.readForward({ ...request, from }, call)
      if (!read?.ok || read.value.stop !== 'end' || read.value.errors.length > 0) isRead = false
      if (from === undefined || !read?.ok) continue
      scan.next.set(placeOf(topic, partition), read.value.resumeAt.get(partition) ?? from)
      take(scan, replay.id, topic.name, read.value.messages, connection.deadLetterRules)
    }
    if (!isRead) unread.add(topic.name)
  }
  for (const item of items) chooseHop(scan, item)
  return {
    hops: scan.hops,
    chains,
    isReadFor: (target) =>
      !chains.some((chain) => chain.origin === target && retryTopicsOf(chain).some((one) => unread.has(one))),
  }
}

/** Finds where to begin with the partitions that have no place yet. Those that do not answer are left for the next look. */
const addStarts = async (
  { broker }: Connection,
  topic: TopicState,
  scan: Scan,
  sinceMs: bigint,
  call: Call,
): Promise<void> => {
  const missing = topic.partitions.filter(({ partition }) => !scan.next.has(placeOf(topic, partition)))
  if (missing.length === 0) return
  // The ends first: where the time then finds nothing, what comes next comes at this end or after it.
  const offsets = await broker.topics.offsets([{ ...topic, partitions: missing }], call)
  const byTime = await broker.messages?.offsetsAt(topic.name, sinceMs, call)
  for (const { partition, start, end } of offsets.ok ? (offsets.value[0]?.partitions ?? []) : []) {
    // Times are told of all partitions or none: where one keeps them from being told, the others are read from the start.
    scan.next.set(placeOf(topic, partition), byTime?.ok ? (byTime.value.get(partition) ?? end) : start)
  }
}

const take = (
  scan: Scan,
  replayId: string,
  topic: string,
  messages: readonly RawMessage[],
  rules: DeadLetterRules | undefined,
): void => {
  for (const { headers, partition, offset, timestampMs } of messages) {
    const lineage = readLineage(headers)
    if (lineage !== null && lineage.replayId !== replayId) continue
    const death = decodeDeadLetter(headers, topic, rules)?.death
    const group = death?.group?.value ?? null
    if (lineage === null) {
      const [from, at, told] = [death?.originTopic, death?.originPartition, death?.originOffset]
      if (!from || !at || !told) continue
      const cameFrom = { topic: from.value, partition: at.value, offset: BigInt(told.value) }
      scan.places.add({ topic, partition, offset, timestampMs, cameFrom, group })
      continue
    }
    const item = lineage.itemId.toString()
    const seen = scan.seen.get(item) ?? new Map<string | null, SeenHop>()
    scan.seen.set(item, seen)
    const by = group === null ? null : withoutRetry(group)
    if ((seen.get(by)?.timestampMs ?? -1n) <= timestampMs)
      seen.set(by, { topic, partition, offset, timestampMs })
  }
}

/** Where an item's copy is by its lineage, and where it has gone from there, or from where it was sent, without. */
const chooseHop = (scan: Scan, item: ItemRecord): void => {
  const { targetTopic: topic, targetPartition: partition, targetOffset: offset, readerGroup } = item
  const id = item.id.toString()
  const own = readerGroup === null ? null : withoutRetry(readerGroup)
  for (const [group, hop] of scan.seen.get(id) ?? [])
    if ((own === null || group === null || group === own) && !isCopyOf(item, hop)) keepNewer(scan, id, hop)
  if (partition === null || offset === null) return
  for (const from of [{ topic, partition, offset }, scan.hops.get(id)])
    if (from) keepNewer(scan, id, scan.places.follow(from, readerGroup))
}

/** A target that is a retry topic holds the copy itself, too, which was not moved there. */
const isCopyOf = (item: ItemRecord, { topic, partition, offset }: RetryHop): boolean =>
  item.targetTopic === topic && item.targetPartition === partition && item.targetOffset === offset

const keepNewer = ({ hops }: Scan, id: string, hop: SeenHop | null): void => {
  if (hop !== null && (hops.get(id)?.timestampMs ?? -1n) <= hop.timestampMs) hops.set(id, hop)
}

/** Where copies of a replay were seen last in retry topics, by item id, as far as this process has looked. */
export const hopsOf = (replayId: string): ReadonlyMap<string, RetryHop> =>
  scans.get(replayId)?.hops ?? new Map()

/** Forgets what was read for a replay that has all its outcomes. */
export const forgetRetries = (replayId: string): void => {
  scans.delete(replayId)
}
