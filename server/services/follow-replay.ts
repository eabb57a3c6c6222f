import type { GroupId } from '#server/contracts/scalars.ts'
import { type Evidence, type Judgement, judgeOutcome, type Timing } from '#server/domain/judge-outcome.ts'
import { sayCount } from '#server/domain/say-amounts.ts'
import type { Call } from '#server/ports/call.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import {
  changeItems,
  countOutcomes,
  type ItemChange,
  type ItemRecord,
  listOpenItems,
  readReaders,
} from '#server/repositories/replay-items.ts'
import { type ReplayRecord, setReplayState } from '#server/repositories/replays.ts'
import { findReturned, type ReturnedCopy } from '#server/repositories/returned-copies.ts'
import type { Connection, Deps } from './deps.ts'
import { findRetries, forgetRetries, type RetryHop } from './find-retries.ts'
import { indexSource } from './index-dead-letters.ts'

const openAtOnce = 10_000
/** Spans are looked up for so many items at once. */
const spansAtOnce = 6
const open = ['PENDING', 'SENT', 'CONSUMED', 'RETRYING'] as const

const clock = (ms: number): string => `${new Date(ms).toISOString().slice(11, 19)} UTC`

/**
 * One look at what became of a replay's copies: commits of the groups, retry topics, letters that the index has read.
 * Answers whether outcomes are still open.
 */
export const followReplay = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  timing: Omit<Timing, 'nowMs'>,
  lease: LeaseProof,
  call: Call,
): Promise<boolean> => {
  const items = await listOpenItems(deps.db, replay.id, openAtOnce)
  const deaths = Map.groupBy(await findReturned(deps.db, replay.id), ({ isForeign }) => isForeign)
  const byItem = (all: readonly ReturnedCopy[] = []) => new Map(all.map((one) => [one.itemId, one]))
  const [returned, foreign] = [byItem(deaths.get(false)), byItem(deaths.get(true))]
  const changes =
    items.length === 0
      ? []
      : await judgeItems(deps, connection, replay, items, { returned, foreign }, timing, call)
  const late = [...returned.values()].filter(({ itemId }) => !items.some(({ id }) => id === itemId))
  changes.push(
    ...late.map(
      (one): ItemChange => ({
        id: one.itemId,
        outcome: 'RETURNED',
        proof: returnedProof(one),
        outcomeAtMs: deps.clock.nowMs(),
      }),
    ),
  )
  await changeItems(deps.db, changes, lease)
  const counts = (await countOutcomes(deps.db, [replay.id])).get(replay.id)?.outcomes
  const isOpen = open.some((outcome) => (counts?.get(outcome) ?? 0) > 0)
  if (!isOpen && replay.state === 'following') {
    const end = replay.loss === null ? 'done' : 'failed'
    await setReplayState(deps.db, replay.id, end, lease, true)
  }
  if (!isOpen) forgetRetries(replay.id)
  if (changes.length > 0 || (!isOpen && replay.state === 'following'))
    await notifyChanged(deps.db, 'replays', connection.id)
  return isOpen
}

const judgeItems = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  { returned, foreign }: Record<'returned' | 'foreign', ReadonlyMap<bigint, ReturnedCopy>>,
  timing: Omit<Timing, 'nowMs'>,
  call: Call,
): Promise<ItemChange[]> => {
  const [retries, freshness] = await Promise.all([
    findRetries(connection, replay, call),
    readFreshness(deps.db, connection.id),
  ])
  const progress = await readProgress(deps, connection, items, retries.hops, call)
  const index = freshness.find(
    ({ source, connectionId }) => source === indexSource && connectionId === connection.id,
  )
  const isCurrent = index !== undefined && !index.failing && index.behind === 0n
  const nowMs = deps.clock.nowMs()
  const judged = items.flatMap((item) => {
    const hop = retries.hops.get(item.id.toString()) ?? null
    const consumed = progress.of(item)
    const evidence: Evidence = {
      outcome: item.outcome,
      targetOffset: item.targetOffset,
      sentAtMs: item.sentAtMs ?? nowMs,
      outcomeAtMs: item.outcomeAtMs ?? item.sentAtMs ?? nowMs,
      committed: consumed.committed,
      retry: hop && { isNew: !item.proof.includes(sayHop(hop)), isConsumed: progress.isRetried(hop) },
      retriesRead: retries.isReadFor(item.targetTopic),
      returned: returned.get(item.id) ?? null,
      indexedUntilMs: isCurrent ? (index.lastGoodAtMs ?? null) : null,
    }
    const judgement = judgeOutcome(evidence, { ...timing, nowMs })
    const back = returned.get(item.id)
    if (!judgement) return []
    const proof = back
      ? returnedProof(back)
      : proofOf(item, judgement, evidence, consumed.groups, hop, { ...timing, nowMs })
    return [{ item, judgement, proof }]
  })
  const changes: ItemChange[] = []
  for (let at = 0; at < judged.length; at += spansAtOnce)
    changes.push(
      ...(await Promise.all(
        judged.slice(at, at + spansAtOnce).map(async ({ item, judgement, proof }): Promise<ItemChange> => {
          const found = await spanOf(deps, item, judgement, call)
          return {
            id: item.id,
            outcome: judgement.outcome,
            proof: `${proof}${found?.words ?? ''}${judgement.because === 'settled' ? foreignDeath(foreign.get(item.id)) : ''}`,
            outcomeAtMs: nowMs,
            ...(found ? { traceId: found.traceId } : {}),
          }
        }),
      )),
    )
  return changes
}

const returnedProof = ({ errorClass, sameError, topic, letterId }: ReturnedCopy): string =>
  `died again in ${topic} (dead letter ${letterId}): ${errorClass ?? 'unknown error'}, ${sameError ? 'the same error as before' : 'another error than before'}`

/** A death of the copy that says nothing about the group that failed before. */
const foreignDeath = (death: ReturnedCopy | undefined): string =>
  death
    ? ` · another group, ${death.group ?? 'not named'}, gave it up in ${death.topic} (dead letter ${death.letterId}): ${death.errorClass ?? 'unknown error'}`
    : ''

const proofOf = (
  item: ItemRecord,
  { because }: Judgement,
  evidence: Evidence,
  groups: readonly string[],
  hop: RetryHop | null,
  { nowMs, quietMs, giveUpMs }: Timing,
): string => {
  const group = groups.length === 0 ? 'the group' : groups.join(' and ')
  switch (because) {
    case 'consumed':
      return `consumed by ${group} by ${clock(nowMs)} (offset ${sayCount(evidence.committed ?? 0n)} committed, copy at ${sayCount(item.targetOffset ?? 0n)})`
    case 'retrying':
      return `${group} moved it to ${hop ? sayHop(hop) : 'a retry topic'}`
    case 'retried':
      return `${item.proof} · tried again there by ${clock(nowMs)}`
    case 'settled':
      return `${item.proof} · not seen again in ${item.sourceTopic} for ${quietMs / 1_000} s`
    case 'unknown':
      if (groups.length === 0) return `sent, but no group is known that reads ${item.targetTopic}`
      if (item.targetOffset === null && item.outcome === 'SENT')
        return `sent to ${item.targetTopic}, but the broker did not tell at which offset: whether ${group} read it is not known`
      return `${group} ${groups.length === 1 ? 'has' : 'have'} not committed past it within ${Math.round(giveUpMs / 6_000) / 10} min`
    case 'returned':
      return ''
  }
}

/** The span that processed the copy, as further evidence of a consumed item. */
const spanOf = async (deps: Deps, item: ItemRecord, { because }: Judgement, call: Call) => {
  if (because !== 'settled' || item.targetPartition === null || item.targetOffset === null) return null
  const spans = await deps.traces.spansOfMessage(
    item.targetTopic,
    item.targetPartition,
    item.targetOffset,
    call,
  )
  const span = spans.ok
    ? spans.value.find(
        ({ kind, message }) =>
          kind === 'consumer' &&
          (item.readerGroup === null || message?.group == null || message.group === item.readerGroup),
      )
    : undefined
  if (!span) return null
  const durationMs = Number(BigInt(span.durationNs) / 1_000_000n)
  return {
    traceId: span.traceId,
    words: ` · span ${span.service} ${span.name} ${span.status === 'error' ? 'with an error' : 'without error'}, ${durationMs} ms`,
  }
}

const sayHop = ({ topic, partition, offset }: RetryHop): string => `${topic} (${partition}@${offset})`

type Progress = {
  /** How far the groups whose progress proves an item have committed on its partition: the slowest of them. */
  of(item: ItemRecord): { readonly committed: bigint | null; readonly groups: readonly string[] }
  isRetried(hop: RetryHop): boolean
}

/**
 * Commits of the groups that count. Where a letter names its group, that one; otherwise every group with members that
 * reads the target, or every group that ever read it where none has members.
 */
const readProgress = async (
  deps: Deps,
  connection: Connection,
  items: readonly ItemRecord[],
  hops: ReadonlyMap<string, RetryHop>,
  call: Call,
): Promise<Progress> => {
  const topics = new Set([
    ...items.map(({ targetTopic }) => targetTopic),
    ...[...hops.values()].map(({ topic }) => topic),
  ])
  const readers = Map.groupBy(await readReaders(deps.db, connection.id, [...topics]), ({ topic }) => topic)
  const groupsOf = (topic: string): readonly string[] => {
    const all = readers.get(topic) ?? []
    const active = all.filter(({ members }) => members > 0)
    return (active.length > 0 ? active : all).map(({ group }) => group)
  }
  const named = items.flatMap(({ readerGroup }) => readerGroup ?? [])
  const groups = [...new Set([...named, ...[...topics].flatMap(groupsOf)])] as GroupId[]
  const answer = groups.length === 0 ? null : await connection.broker.groups?.committed(groups, call)
  const committed = new Map<string, bigint>(
    [...(answer?.ok ? answer.value : [])].flatMap(([group, offsets]) =>
      offsets.map(
        ({ topic, partition, offset }) => [`${group} ${topic} ${partition}`, offset] as [string, bigint],
      ),
    ),
  )
  const slowest = (wanted: readonly string[], topic: string, partition: number | null): bigint | null => {
    const offsets = wanted.flatMap((group) => committed.get(`${group} ${topic} ${partition}`) ?? [])
    if (offsets.length === 0 || offsets.length < wanted.length) return null
    return offsets.reduce((min, offset) => (offset < min ? offset : min))
  }
  return {
    of: ({ readerGroup, targetTopic, targetPartition }) => {
      const wanted = readerGroup === null ? groupsOf(targetTopic) : [readerGroup]
      return { committed: slowest(wanted, targetTopic, targetPartition), groups: wanted }
    },
    isRetried: ({ topic, partition, offset }) => (slowest(groupsOf(topic), topic, partition) ?? -1n) > offset,
  }
}
