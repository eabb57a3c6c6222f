import type { GroupId } from '#server/contracts/scalars.ts'
import { explainUnknown, type ReaderFacts } from '#server/domain/explain-unknown.ts'
import { type Evidence, type Judgement, judgeOutcome, type Timing } from '#server/domain/judge-outcome.ts'
import { type Processing, sayProcessing } from '#server/domain/judge-processing.ts'
import { quietPeriodOf, type RetryChain } from '#server/domain/retry-chain.ts'
import { sayCount, sayDuration, sayMoment } from '#server/domain/say-amounts.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import { type Freshness, readFreshness } from '#server/repositories/freshness.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { forgetReturns, linkEarlyReturns } from '#server/repositories/link-returns.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import {
  changeItems,
  countOutcomes,
  type ItemChange,
  type ItemRecord,
  listOpenItems,
} from '#server/repositories/replay-items.ts'
import { recordLaterOutcomes } from '#server/repositories/replay-lines.ts'
import { type ReplayRecord, setQuietPeriod, setReplayState } from '#server/repositories/replays.ts'
import { findReturned, type ReturnedCopy } from '#server/repositories/returned-copies.ts'
import { listSettledGroups } from '#server/repositories/weigh-group.ts'
import { closeSettledGroups } from './close-settled-groups.ts'
import type { Connection, Deps } from './deps.ts'
import { findMissingRecords } from './find-missing-records.ts'
import { findRetries, forgetRetries, hopsOf, type RetryHop } from './find-retries.ts'
import { indexSource } from './index-dead-letters.ts'
import { judgeParked } from './judge-parked.ts'
import { type Coordinates, coordinateKey } from './read-letters.ts'
import { type Followed, readProcessing, weighProcessing } from './read-processing.ts'
import { readProgress } from './read-progress.ts'
import { readRetryChains } from './read-retry-chains.ts'
import { findTarget, sayTargetGone } from './replay-target.ts'

const openAtOnce = 10_000
const open = ['PENDING', 'SENT', 'CONSUMED', 'RETRYING'] as const

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
  const target = findTarget(deps, connection, replay)
  await linkEarlyReturns(deps.db, replay.targetConnectionId ?? connection.id, replay.id, hopsOf(replay.id))
  const items = await listOpenItems(deps.db, replay.id, openAtOnce)
  const deaths = Map.groupBy(await findReturned(deps.db, replay.id), ({ isForeign }) => isForeign)
  const byItem = (all: readonly ReturnedCopy[] = []) => new Map(all.map((one) => [one.itemId, one]))
  const [returned, foreign] = [byItem(deaths.get(false)), byItem(deaths.get(true))]
  const changes =
    items.length === 0
      ? []
      : target === null
        ? giveUpWithoutTarget(deps, replay, items, timing.giveUpMs)
        : replay.plan.requeue?.action === 'park'
          ? await judgeParked(deps, connection, items, timing.giveUpMs)
          : await judgeItems(
              deps,
              target,
              replay,
              items,
              { returned, foreign },
              // In the last retry topic a copy waits before anybody consumes it.
              { ...timing, giveUpMs: timing.giveUpMs + (replay.plan.requeue?.lastRetryDelayMs ?? 0) },
              lease,
              call,
            )
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
  // Of one that is still open every look would be told: all of them at once when nothing is open any more.
  if (!isOpen && changes.length > 0 && replay.finishedAtMs !== null)
    await recordLaterOutcomes(deps.db, replay, changes.length, lease)
  const hasSettled = changes.some(({ outcome }) => outcome === 'SETTLED')
  if (hasSettled || !isOpen)
    await closeSettledGroups(deps, connection, await listSettledGroups(deps.db, replay.id))
  if (!isOpen) {
    forgetRetries(replay.id)
    forgetReturns(replay.id)
  }
  if (changes.length > 0 || (!isOpen && replay.state === 'following'))
    await notifyChanged(deps.db, 'replays', connection.id)
  return isOpen
}

/** Ends copies on a connection that was taken out of the configuration, as late as those that nobody reads. */
const giveUpWithoutTarget = (
  { clock: { nowMs } }: Deps,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  giveUpMs: number,
): ItemChange[] => {
  const outcomeAtMs = nowMs()
  return items
    .filter((item) => outcomeAtMs - (item.outcomeAtMs ?? item.sentAtMs ?? outcomeAtMs) > giveUpMs)
    .map(({ id, proof }) => ({
      id,
      outcome: 'UNKNOWN',
      proof: `${proof} · ${sayTargetGone(replay)}: nothing more is known of it`,
      outcomeAtMs,
    }))
}

/** Judges copies by what is known of them on the connection that they went to. */
const judgeItems = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  { returned, foreign }: Record<'returned' | 'foreign', ReadonlyMap<bigint, ReturnedCopy>>,
  given: Omit<Timing, 'nowMs'>,
  lease: LeaseProof,
  call: Call,
): Promise<ItemChange[]> => {
  const [chainsOf, freshness] = await Promise.all([
    readRetryChains(deps, connection),
    readFreshness(deps.db, connection.id),
  ])
  const retries = await findRetries(connection, chainsOf, replay, items, call)
  const quietMs = await keepQuietPeriod(deps, replay, retries.chains, given.quietMs, lease)
  const timing = { ...given, quietMs }
  const progress = await readProgress(deps, connection, items, retries.hops, call)
  const index = freshness.find(
    ({ source, connectionId }) => source === indexSource && connectionId === connection.id,
  )
  const isCurrent = index !== undefined && !index.failing && index.behind === 0n
  const nowMs = deps.clock.nowMs()
  const at = { ...timing, nowMs }
  const looked = items.map((item) => {
    const hop = retries.hops.get(item.id.toString()) ?? null
    const reached = progress.of(item)
    const there = hop === null ? reached : progress.ofHop(hop, item.readerGroup)
    const followed: Followed = { item, hop, progress: there }
    const evidence: Evidence = {
      outcome: item.outcome,
      targetOffset: item.targetOffset,
      sentAtMs: item.sentAtMs ?? nowMs,
      outcomeAtMs: item.outcomeAtMs ?? item.sentAtMs ?? nowMs,
      committed: reached.committed,
      retry: hop && {
        isNew: !item.proof.includes(sayHop(hop)),
        isConsumed: (there.committed ?? -1n) > hop.offset,
      },
      retriesRead: retries.isReadFor(item.targetTopic),
      returned: returned.get(item.id) ?? null,
      processing: { isProcessed: false, hasFailed: false, hasSentOn: false },
      indexedUntilMs: isCurrent ? (index.lastGoodAtMs ?? null) : null,
      isIndexDoubtful: replay.targetConnectionId !== null,
    }
    return { item, followed, evidence, groups: reached.groups }
  })
  const chainOf = (target: string) => [
    ...(retries.chains ?? []).flatMap(({ origin, topics, own }) =>
      origin === target ? [...(own ? [own] : []), ...topics].map(({ topic }) => topic) : [],
    ),
    ...new Set(items.flatMap((one) => (one.targetTopic === target ? one.sourceTopic : []))),
  ]
  const processing = await readProcessing(
    deps,
    looked.flatMap(({ evidence, followed }) => (mayNeedSpans(evidence, followed, at) ? followed : [])),
    chainOf,
    call,
    replay.isElsewhere,
  )
  const late = looked.filter(({ evidence }) => judgeOutcome(evidence, at)?.because === 'unknown')
  const described = await describeLate(connection, late, call)
  const missing = await findMissingRecords(
    connection,
    late.flatMap(({ item }) => placeOf(item) ?? []),
    call,
  )
  const seenIn = replay.targetConnectionId === null ? null : `the dead-letter topics of ${connection.name}`
  return looked.flatMap(({ item, followed, evidence, groups }): ItemChange[] => {
    const { shown, ...weighed } = weighProcessing(followed, processing, foreign.get(item.id)?.topic ?? null)
    const isProcessedInRetry = evidence.retry !== null && weighed.isProcessed
    const retry = evidence.retry && {
      ...evidence.retry,
      isConsumed: evidence.retry.isConsumed || isProcessedInRetry,
    }
    const judgement = judgeOutcome(
      { ...evidence, retry, processing: followed.hop ? { ...weighed, isProcessed: false } : weighed },
      at,
    )
    if (!judgement) return []
    const back = returned.get(item.id)
    const facts = (group: string): ReaderFacts => ({
      group,
      committed: progress.committedOf(group, item),
      described: described.get(group) ?? null,
      processing: processing.of(followed, group),
    })
    const proof = back
      ? returnedProof(back)
      : proofOf(
          item,
          judgement,
          { evidence, groups, hop: followed.hop, shown, facts, missing, seenIn, index },
          at,
        )
    const late = judgement.because === 'settled' ? foreignDeath(foreign.get(item.id)) : ''
    const traceId = shown && judgement.because !== 'returned' ? shown.span.traceId : null
    return [
      {
        id: item.id,
        outcome: judgement.outcome,
        proof: `${proof}${late}`,
        outcomeAtMs: nowMs,
        // The trace of a copy that begins its own is known, and the old one stays beside it.
        ...(traceId === null || item.copyTraceId !== null ? {} : { traceId }),
      },
    ]
  })
}

/**
 * How long a consumed copy must not be seen again, kept with the replay for its page. Where the chains could not be asked
 * for, what was kept stands.
 */
const keepQuietPeriod = async (
  deps: Deps,
  replay: ReplayRecord,
  chains: readonly RetryChain[] | null,
  configuredMs: number,
  lease: LeaseProof,
): Promise<number> => {
  if (chains === null) return Math.max(configuredMs, replay.quiet?.quietMs ?? 0)
  const quiet = quietPeriodOf(chains, configuredMs)
  if (quiet.quietMs !== replay.quiet?.quietMs || quiet.why !== replay.quiet.why)
    await setQuietPeriod(deps.db, replay.id, quiet, lease)
  return quiet.quietMs
}

/** Whether spans may change what is judged of a copy, or belong into the words about it. */
const mayNeedSpans = (evidence: Evidence, { progress }: Followed, at: Timing): boolean =>
  evidence.outcome !== 'CONSUMED'
    ? progress.groups.length === 0 || progress.without.length > 0 || judgeOutcome(evidence, at) !== null
    : judgeOutcome(evidence, at) !== null

/** Groups of copies that are about to be given up on, as the broker describes them now. */
const describeLate = async (
  { broker }: Connection,
  late: readonly { readonly groups: readonly string[] }[],
  call: Call,
): Promise<ReadonlyMap<string, NonNullable<ReaderFacts['described']>>> => {
  const groups = [...new Set(late.flatMap((one) => one.groups))] as GroupId[]
  const answer = groups.length === 0 ? null : await broker.groups?.describe(groups, call)
  return new Map(
    [...(answer?.ok ? answer.value : [])].map(([group, { members, state, protocol }]) => [
      group,
      { members: members.length, state, protocol },
    ]),
  )
}

const returnedProof = ({ errorClass, sameError, topic, letterId }: ReturnedCopy): string =>
  `died again in ${topic} (dead letter ${letterId}): ${errorClass ?? 'unknown error'}, ${sameError ? 'the same error as before' : 'another error than before'}`

/** A death of the copy that says nothing about the group that failed before. */
const foreignDeath = (death: ReturnedCopy | undefined): string =>
  death
    ? ` · another group, ${death.group ?? 'not named'}, gave it up in ${death.topic} (dead letter ${death.letterId}): ${death.errorClass ?? 'unknown error'}`
    : ''

/** 1.5 s, 30 s, 4 min 30 s. */
const sayQuiet = (ms: number): string => (ms < 60_000 ? `${ms / 1_000} s` : sayDuration(ms))

type Shown = {
  readonly evidence: Evidence
  readonly groups: readonly string[]
  readonly hop: RetryHop | null
  /** What its spans tell, where they tell anything. */
  readonly shown: Processing | null
  readonly facts: (group: string) => ReaderFacts
  /** Why copies can not be read at their places, by `coordinateKey`. */
  readonly missing: ReadonlyMap<string, BrokerError>
  /** Where it would be seen dead again; null: in the topic of its letter. */
  readonly seenIn: string | null
  readonly index: Freshness | undefined
}

/** Where the copy of an item stands, where the broker told. */
const placeOf = ({ targetTopic, targetPartition, targetOffset }: ItemRecord): Coordinates | null =>
  targetPartition === null || targetOffset === null
    ? null
    : { topic: targetTopic, partition: targetPartition, offset: targetOffset }

const proofOf = (
  item: ItemRecord,
  { because }: Judgement,
  { evidence, groups, hop, shown, facts, missing, seenIn, index }: Shown,
  { nowMs, quietMs, giveUpMs }: Timing,
): string => {
  const group = groups.length === 0 ? 'the group' : groups.join(' and ')
  const span = shown === null ? '' : ` · ${sayProcessing(shown)}`
  const unseen = `${item.proof} · not seen again in ${seenIn ?? item.sourceTopic} for ${sayQuiet(quietMs)}`
  switch (because) {
    case 'consumed':
      return `consumed by ${group} by ${sayMoment(nowMs)} (offset ${sayCount(evidence.committed ?? 0n)} committed, copy at ${sayCount(item.targetOffset ?? 0n)})`
    case 'processed':
      return `processed by ${shown?.span.group ?? group}, which keeps no offset there (${shown ? sayProcessing(shown) : 'by its span'})`
    case 'retrying':
      return `${group} moved it to ${hop ? sayHop(hop) : 'a retry topic'}`
    case 'retried':
      return `${item.proof} · tried again there by ${sayMoment(nowMs)}`
    case 'settled':
      return `${unseen}${item.proof.includes(' · span ') || item.proof.includes('(span ') ? '' : span}`
    case 'failed-span':
      return `${unseen}, but its ${shown ? sayProcessing(shown) : 'span ended with an error'}: ${group} may have given it up without a dead letter`
    case 'sent-on':
      return `${unseen}, yet its ${shown ? sayProcessing(shown) : 'trace sent something into the chain then'}`
    case 'not-indexed':
      return `${item.proof} · whether it died again is not known: ${sayNotIndexed(index, seenIn ?? item.sourceTopic)}`
    case 'unknown':
      return item.outcome === 'RETRYING'
        ? `${item.proof} · not consumed there within ${Math.round(giveUpMs / 6_000) / 10} min`
        : explainUnknown({
            targetTopic: item.targetTopic,
            targetPartition: item.targetPartition,
            targetOffset: item.targetOffset,
            groups,
            waiting: groups
              .map(facts)
              .filter(({ committed }) => (committed ?? -1n) <= (item.targetOffset ?? 0n)),
            waitedMs: giveUpMs,
            missing: sayMissing(missing, placeOf(item)),
          })
    case 'returned':
      return ''
  }
}

/** Only what the broker knows of the place, not that it could not be asked. */
const sayMissing = (missing: Shown['missing'], place: Coordinates | null): string | null => {
  const error = place && missing.get(coordinateKey(place))
  return error?.missing ? error.detail : null
}

const sayNotIndexed = (index: Freshness | undefined, where: string): string =>
  index === undefined
    ? `${where} are not indexed`
    : index.failing
      ? `${where} can not be indexed (${index.detail.replace(/\.$/, '')})`
      : `${where} were not indexed to their end since`

const sayHop = ({ topic, partition, offset }: RetryHop): string => `${topic} (${partition}@${offset})`
