import type { TopicName } from '#server/contracts/scalars.ts'
import { type LedgerSpan, spansOf } from '#server/domain/ledger-spans.ts'
import {
  type LedgerSource,
  ledgerPartitionOf,
  ledgerTopicId,
  transactionalIdOf,
} from '#server/domain/replay-ledger.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { sayMany } from '#server/domain/say-amounts.ts'
import { isMadeAnew } from '#server/domain/topic-identity.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Placed } from '#server/ports/publisher.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { TransactionalProducer } from '#server/ports/transactions.ts'
import { clearIntents, type ItemRecord, listIntents } from '#server/repositories/replay-items.ts'
import { type LedgerPlace, settleByLedger } from '#server/repositories/replay-ledger.ts'
import { addReplayLoss, noteLedger, type ReplayRecord } from '#server/repositories/replays.ts'
import type { Connection } from './deps.ts'
import { ensureLedger } from './ensure-ledger.ts'
import { lookForCopies } from './look-for-copies.ts'
import { findLedgerEnd, ledgerPlaceOf, readLedger } from './read-ledger.ts'
import type { ReplayStep } from './replay-step.ts'

/** A dead-letter partition in hand: its one producer, and where its records stand in the ledger. */
export type TakenSource = {
  readonly source: LedgerSource & { readonly topic: string }
  readonly ledger: TopicState
  readonly ledgerPartition: number
  readonly producer: TransactionalProducer
}
type Taken = TakenSource & {
  /** Where the ledger ended when the producer was opened: all that was begun before stands below. */
  readonly ledgerEnd: bigint
  isSettled: boolean
}
type SourceOfItem = Pick<ItemRecord, 'sourceTopic' | 'sourceTopicId' | 'sourcePartition'>

/** Of which `takeOverSource` may be called again at once, or of which nothing is to be done any more. */
export type Takeover =
  | {
      readonly state: 'ready'
      readonly taken: TakenSource
      /** It was not in hand before: meanwhile seconds may have passed. */
      readonly isNew: boolean
      /** Items were settled or freed by it: those that were listed before are to be listed anew. */
      readonly hasChangedItems: boolean
    }
  | { readonly state: 'looking'; readonly sentence: string }

/** What this process has opened, by replay, fence and dead-letter partition. */
const inHand = new Map<string, Taken>()
/** Replays and fences under which a producer was fenced: nothing is opened for them any more. */
const fenced = new Set<string>()
/** How far apart the clocks of Spillway and of a broker that sets timestamps may be. */
const clockMarginMs = 10_000n

/** A replay under a lease. */
type Hold = Pick<ReplayStep, 'replay' | 'lease'>

const holdName = ({ replay, lease }: Hold): string => `${replay.id} ${lease.fence}`
const nameOf = (hold: Hold, item: SourceOfItem): string =>
  `${holdName(hold)} ${item.sourceTopic}/${item.sourcePartition}`

/** Notes that a producer was fenced: under this lease nothing is opened again. */
export const noteFenced = (hold: Hold): void => {
  fenced.add(holdName(hold))
}
/** Whether a producer of this replay was fenced under this lease. */
export const isFenced = (hold: Hold): boolean => fenced.has(holdName(hold))

/** Lets go of a producer that is over: it is opened anew when it is next needed. */
export const letGoOfSource = (hold: Hold, item: SourceOfItem): void => {
  inHand.delete(nameOf(hold, item))
}

/** Lets go of a producer that is ready to send, so that the ledger is read anew; one whose ledger is being read is kept. */
export const letGoOfSettled = (hold: Hold, item: SourceOfItem): void => {
  if (inHand.get(nameOf(hold, item))?.isSettled) letGoOfSource(hold, item)
}

/** Forgets all that was opened for a replay. */
export const letGoOfReplay = (replay: ReplayRecord): void => {
  for (const name of inHand.keys()) if (name.startsWith(`${replay.id} `)) inHand.delete(name)
  for (const name of fenced) if (name.startsWith(`${replay.id} `)) fenced.delete(name)
}

/**
 * Takes a dead-letter partition over for a replay, once a lease: opens its transactional id, which fences whoever had it
 * and ends what he left open; then reads the ledger until all that was begun before is decided; then drops what it
 * holds already, and counts copies of aborted transactions. Only then may the rest be sent. Ledger and producer are those
 * of the connection that copies go to.
 */
export const takeOverSource = async (
  step: ReplayStep,
  item: SourceOfItem,
): Promise<Result<Takeover, BrokerError>> => {
  const { deps, target, replay, lease, call } = step
  const name = nameOf(step, item)
  let taken = inHand.get(name)
  if (taken?.isSettled) return succeed({ state: 'ready', taken, isNew: false, hasChangedItems: false })
  if (!taken) {
    const opened = await open(step, item)
    if (!opened.ok) return opened
    taken = opened.value
    inHand.set(name, taken)
  }
  const read = await readLedger(deps, target, taken.ledger, taken.ledgerPartition, taken.ledgerEnd, call)
  if (!read.ok) return read
  if (read.value.left > 0n)
    return succeed({
      state: 'looking',
      sentence: `Reading the ledger ${taken.ledger.name} for what was sent before: ${sayMany(read.value.left, 'record')} to go`,
    })
  const settled = await settleByLedger(deps.db, replay, taken.source, lease)
  const begun = (await listIntents(deps.db, replay.id)).filter(
    ({ sourceTopic, sourcePartition }) =>
      sourceTopic === item.sourceTopic && sourcePartition === item.sourcePartition,
  )
  if (begun.length > 0) {
    const counted = await countAborted(step, begun)
    if (!counted.ok) return counted
    if (counted.value !== null) return succeed({ state: 'looking', sentence: counted.value })
    await clearIntents(
      deps.db,
      replay.id,
      begun.map(({ id }) => id),
      0,
      lease,
    )
  }
  taken.isSettled = true
  const hasChangedItems = settled.own + settled.others + begun.length > 0
  return succeed({ state: 'ready', taken, isNew: true, hasChangedItems })
}

/** Which records of the ledger a producer wrote itself: they are known once their items are written. */
export const spansOfFollowed = (
  { ledger, ledgerPartition }: TakenSource,
  target: Connection,
  followed: readonly Placed[],
): { readonly place: LedgerPlace; readonly spans: readonly LedgerSpan[] } => ({
  place: ledgerPlaceOf(target, ledger, ledgerPartition),
  spans: spansOf(followed.map(({ offset }) => offset)),
})

/** How a dead-letter partition is named in the ledger and by its transactional id. */
export const ledgerSourceOf = (clusterId: string, item: SourceOfItem): TakenSource['source'] => ({
  clusterId,
  topic: item.sourceTopic,
  topicId: ledgerTopicId(item.sourceTopic, item.sourceTopicId),
  partition: item.sourcePartition,
})

const open = async (
  { deps, connection, target, replay, lease, call }: ReplayStep,
  item: SourceOfItem,
): Promise<Result<Taken, BrokerError>> => {
  const { broker } = target
  if (!broker.transactions)
    return fail({ kind: 'unsupported', detail: 'this broker has no transactions', source: 'broker' })
  // Asked now, for what was known may be a former ledger.
  const listed = await broker.topics.list({ ...call, maxAgeMs: 0 })
  if (!listed.ok) return listed
  // One that is made anew knows nothing of copies that were committed before: they would be sent again.
  const isFirst = replay.ledgerTopicId === null
  const ledger = await ensureLedger(target, isFirst ? call : { ...call, validateOnly: true })
  if (!ledger.ok) return ledger
  if (!ledger.value) return fail(forgotten('it was deleted since this replay began'))
  if (isMadeAnew(replay.ledgerTopicId, ledger.value.topicId))
    return fail(forgotten('it was deleted and made anew since this replay began'))
  const cluster = await connection.broker.describe(call)
  if (!cluster.ok) return cluster
  const source = ledgerSourceOf(cluster.value.clusterId, item)
  const ledgerPartition = ledgerPartitionOf(source, ledger.value.partitions.length)
  // Who has lost the lease must not fence who has it now.
  await noteLedger(deps.db, replay.id, ledger.value.topicId, lease)
  const producer = await broker.transactions.open(transactionalIdOf(source), call)
  if (!producer.ok) return producer
  const ledgerEnd = await findLedgerEnd(target, ledger.value, ledgerPartition, call)
  if (!ledgerEnd.ok) return ledgerEnd
  return succeed({
    source,
    ledger: ledger.value,
    ledgerPartition,
    producer: producer.value,
    ledgerEnd: ledgerEnd.value,
    isSettled: false,
  })
}

const forgotten = (what: string): BrokerError => ({
  kind: 'not-found',
  detail: `${what}, and what it held of copies that were sent is gone with it`,
  source: 'broker',
})

/**
 * Counts copies of aborted transactions among batches that were begun: readers of uncommitted messages may have seen
 * them. Answers null when all was looked through, a sentence while there is more; where it can not be looked, the replay
 * tells so and goes on.
 */
const countAborted = async (
  { deps, target, replay, lease, call }: ReplayStep,
  begun: readonly ItemRecord[],
): Promise<Result<string | null, BrokerError>> => {
  for (const [topic, items] of Map.groupBy(begun, ({ targetTopic }) => targetTopic)) {
    const sought = new Map(items.map((one) => [one.id.toString(), one]))
    const fromMs = items.reduce(
      (min, { intentFromMs }) => (intentFromMs !== null && intentFromMs < min ? intentFromMs : min),
      BigInt(deps.clock.nowMs()),
    )
    const changeOf = (itemId: string, _: unknown, copy: RawMessage) => {
      const one = sought.get(itemId)
      return copy.transaction === 'aborted' && one?.intentFromMs != null && isOfIntent(copy, one.intentFromMs)
        ? 'aborted'
        : null
    }
    const look = { topic: topic as TopicName, replayId: replay.id, fromMs: fromMs - clockMarginMs, changeOf }
    const looked = await lookForCopies(deps, target, look, lease, call)
    if (looked.ok && looked.value.left > 0n)
      return succeed(
        `Looking on ${topic} for copies of an aborted batch that others may have seen: ${sayMany(looked.value.left, 'record')} to go`,
      )
    if (looked.ok) continue
    const { kind, detail } = looked.error
    const mayPass = kind === 'unreachable' || kind === 'timeout' || kind === 'overloaded'
    if (mayPass && replay.state !== 'cancelling') return looked
    await addReplayLoss(
      deps.db,
      replay.id,
      `copies of an aborted batch on ${topic} could not be counted (${detail})`,
      lease,
    )
  }
  return succeed(null)
}

/** Whether a copy was written by the batch that was begun then, and not by an earlier one of the same item. */
const isOfIntent = ({ headers }: RawMessage, intentFromMs: bigint): boolean => {
  const at = headers.findLast(({ name }) => name === 'x-replay-at')?.value
  return at != null && Buffer.from(at).toString() === new Date(Number(intentFromMs)).toISOString()
}
