import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { type Evidence, type Judgement, judgeOutcome, type Timing } from '#server/domain/judge-outcome.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import { browseBudget, type Call } from '#server/ports/call.ts'
import type { LeaseProof } from '#server/repositories/dead-letters.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import {
  changeItems,
  countOutcomes,
  findReturned,
  type ItemChange,
  type ItemRecord,
  listOpenItems,
  type ReturnedCopy,
} from '#server/repositories/replay-items.ts'
import { type ReplayRecord, setReplayState } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { indexSource } from './index-dead-letters.ts'

const openAtOnce = 2_000
const retryLookback = 500
const open = ['PENDING', 'SENT', 'CONSUMED', 'RETRYING'] as const

const commaed = (value: bigint): string => value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')
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
  const returned = new Map((await findReturned(deps.db, replay.id)).map((one) => [one.itemId, one]))
  const changes =
    items.length === 0 ? [] : await judgeItems(deps, connection, replay, items, returned, timing, call)
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
  if (!isOpen && replay.state === 'following') await setReplayState(deps.db, replay.id, 'done', lease, true)
  if (changes.length > 0 || (!isOpen && replay.state === 'following'))
    await notifyChanged(deps.db, 'replays', connection.id)
  return isOpen
}

const judgeItems = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  returned: ReadonlyMap<bigint, ReturnedCopy>,
  timing: Omit<Timing, 'nowMs'>,
  call: Call,
): Promise<ItemChange[]> => {
  const [committed, retrying, freshness] = await Promise.all([
    readCommitted(connection, items, call),
    findInRetryTopics(connection, replay.id, items, call),
    readFreshness(deps.db, connection.id),
  ])
  const index = freshness.find(
    ({ source, connectionId }) => source === indexSource && connectionId === connection.id,
  )
  const isCurrent = index !== undefined && !index.failing && !/records behind/.test(index.detail)
  const nowMs = deps.clock.nowMs()
  const changes: ItemChange[] = []
  for (const item of items) {
    const evidence: Evidence = {
      outcome: item.outcome,
      targetOffset: item.targetOffset,
      sentAtMs: item.sentAtMs ?? nowMs,
      outcomeAtMs: item.outcomeAtMs ?? item.sentAtMs ?? nowMs,
      committed: committed.get(`${item.readerGroup} ${item.targetTopic} ${item.targetPartition}`) ?? null,
      retryTopic: retrying.get(item.id.toString()) ?? null,
      returned: returned.get(item.id) ?? null,
      indexedUntilMs: isCurrent ? (index.lastGoodAtMs ?? null) : null,
    }
    const judgement = judgeOutcome(evidence, { ...timing, nowMs })
    if (!judgement) continue
    const back = returned.get(item.id)
    const found = await spanOf(deps, item, judgement, call)
    changes.push({
      id: item.id,
      outcome: judgement.outcome,
      proof: back
        ? returnedProof(back)
        : `${proofOf(item, judgement, evidence, { ...timing, nowMs })}${found?.words ?? ''}`,
      outcomeAtMs: nowMs,
      ...(found ? { traceId: found.traceId } : {}),
    })
  }
  return changes
}

const returnedProof = ({ errorClass, sameError, topic, letterId }: ReturnedCopy): string =>
  `died again in ${topic} (dead letter ${letterId}): ${errorClass ?? 'unknown error'}, ${sameError ? 'the same error as before' : 'another error than before'}`

const proofOf = (
  item: ItemRecord,
  { because }: Judgement,
  evidence: Evidence,
  { nowMs, quietMs, giveUpMs }: Timing,
): string => {
  const group = item.readerGroup ?? 'the group'
  switch (because) {
    case 'consumed':
      return `consumed by ${group} by ${clock(nowMs)} (offset ${commaed(evidence.committed ?? 0n)} committed, copy at ${commaed(item.targetOffset ?? 0n)})`
    case 'retrying':
      return `${group} moved it to ${evidence.retryTopic}`
    case 'settled':
      return `${item.proof} · not seen again in ${item.sourceTopic} for ${quietMs / 1_000} s`
    case 'unknown':
      return item.readerGroup === null
        ? `sent, but no group is known that reads ${item.targetTopic}`
        : `${group} has not committed past it within ${giveUpMs / 60_000} min`
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

const readCommitted = async (
  connection: Connection,
  items: readonly ItemRecord[],
  call: Call,
): Promise<ReadonlyMap<string, bigint>> => {
  const groups = [
    ...new Set(items.map(({ readerGroup }) => readerGroup).filter((group) => group !== null)),
  ] as GroupId[]
  const answer = groups.length === 0 ? null : await connection.broker.groups?.committed(groups, call)
  if (!answer?.ok) return new Map()
  return new Map(
    [...answer.value].flatMap(([group, offsets]) =>
      offsets.map(({ topic, partition, offset }) => [`${group} ${topic} ${partition}`, offset] as const),
    ),
  )
}

/** Copies that stand among the latest messages of the targets' retry topics, by item id. */
const findInRetryTopics = async (
  connection: Connection,
  replayId: string,
  items: readonly ItemRecord[],
  call: Call,
): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>()
  const reader = connection.broker.messages
  const waiting = items.filter(({ outcome }) => outcome !== 'RETRYING')
  const listed = waiting.length > 0 && reader ? await connection.broker.topics.list(call) : null
  if (!listed?.ok || !reader) return found
  const targets = [...new Set(waiting.map(({ targetTopic }) => targetTopic))]
  const retryTopics = listed.value.filter(
    ({ name, internal }) =>
      topicKindOf(name, internal) === 'retry' && targets.some((target) => name.startsWith(`${target}-retry`)),
  )
  for (const { name } of retryTopics) {
    const text = (
      headers: readonly { readonly name: string; readonly value: Uint8Array | null }[],
      header: string,
    ) => Buffer.from(headers.findLast((one) => one.name === header)?.value ?? []).toString('utf8')
    const read = await reader.readNewest(
      {
        topic: name as TopicName,
        limit: retryLookback,
        accept: ({ headers }) => text(headers, 'x-replay-id') === replayId,
        budget: { ...browseBudget, messages: retryLookback * 4 },
      },
      call,
    )
    if (read.ok)
      for (const { headers } of read.value.messages) found.set(text(headers, 'x-replay-item'), name)
  }
  return found
}
