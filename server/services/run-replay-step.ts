import type { TopicName } from '#server/contracts/scalars.ts'
import { pickBatch } from '#server/domain/pick-batch.ts'
import type { ReplayControl } from '#server/domain/replay-control.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { unfoldBatches } from '#server/repositories/replay-batches.ts'
import { readControl } from '#server/repositories/replay-control.ts'
import {
  changeItems,
  type ItemRecord,
  listIntents,
  listSendable,
  skipUnsent,
} from '#server/repositories/replay-items.ts'
import { takeSources } from '#server/repositories/replay-sources.ts'
import {
  type ReplayRecord,
  readReplayState,
  setReplayFailure,
  setReplayState,
  setSending,
} from '#server/repositories/replays.ts'
import { noteSentBytes } from '#server/repositories/sent-bytes.ts'
import { decideSending, type Sending } from './decide-sending.ts'
import type { Connection, Deps } from './deps.ts'
import { readItems } from './read-items.ts'
import { findRefusingTarget, giveUpOnRight, noteAccepted, type Refused } from './refused-targets.ts'
import { findTarget, sayTargetGone, targetOf } from './replay-target.ts'
import { hinderedBy, resolveByLedger } from './resolve-by-ledger.ts'
import {
  giveUpOn,
  isGivenUp,
  noteWorking,
  type Patience,
  patience,
  type Resolution,
  resolveIntents,
} from './resolve-intents.ts'
import { sendAtLeastOnce } from './send-at-least-once.ts'
import { type Hindrance, sendInTransactions } from './send-in-transactions.ts'
import { sendStream, streamPace, windowItems } from './send-stream.ts'
import { skipRead } from './skip-read.ts'
import { forgetPace, permitBatch, usePace } from './steer-replay.ts'
import { isFenced, ledgerSourceOf, letGoOfReplay, takeOverSource } from './take-over-source.ts'

const largestBatch = 1_000
/** A batch is of one dead-letter partition: looked through for it are as many more items. */
const windowOfBatches = 4
/** A batch ends when its letters fill this much; the next goes on. */
const largestBatchBytes = 8 * 1024 * 1024
const retryMs = 2_000

/**
 * One short step of sending a replay: first finds out what became of a batch that a predecessor had begun, then sends
 * the next one. Answers how long to wait before the next step in milliseconds, null when sending is over, `fenced` when
 * another producer has taken a dead-letter partition over: then the lease is to be given up.
 *
 * Nothing is sent twice. In transactions the ledger says what was sent, and it was sent exactly when it says so. Where
 * there are none, whoever finds an intent without a result looks on the target for the copies' lineage headers before
 * sending again. A topic that is deleted meanwhile, and one that can not be read for long, is given up on: `limits` says
 * when.
 */
export const runReplayStep = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  lease: LeaseProof,
  call: Call,
  limits: Patience = patience,
): Promise<number | null | 'fenced'> => {
  const startedAt = performance.now()
  if (isFenced(replay, lease)) return 'fenced'
  const isStopping = replay.state === 'cancelling'
  const stopped = isStopping ? sayStopped((await readControl(deps.db, replay.id)).stopped) : ''
  // A batch of a stream that was broken off: what became of it is found out by its items.
  await unfoldBatches(deps.db, replay.id, lease)
  // At once, whatever becomes of the copies in flight: a stop must not wait for a broker.
  if (isStopping) await skipUnsent(deps.db, replay.id, stopped, lease)
  const behind = await waitBehind(deps, replay, lease)
  if (behind !== null) {
    await setReplayFailure(deps.db, replay.id, behind, lease)
    return retryMs
  }
  const target = findTarget(deps, connection, replay)
  if (!target) return await endWithoutTarget(deps, replay, isStopping, lease)
  const sending = await sendingOf(deps, connection, replay, lease, call)
  if (!sending.ok) return await pauseFor(deps, replay, sending.error, lease)
  const isTransactional = sending.value?.mode === 'transactions'
  const resolve = isTransactional ? resolveByLedger : resolveIntents
  const begun = await resolve(deps, connection, replay, lease, call, limits)
  const hindered = await waitForBegun(deps, connection, replay, begun, lease, limits)
  if (hindered !== null) return hindered
  if (isStopping) {
    await skipUnsent(deps.db, replay.id, stopped, lease)
    await setReplayState(deps.db, replay.id, 'cancelled', lease, true)
    letGo(replay)
    await notifyChanged(deps.db, 'replays', connection.id)
    return null
  }
  const unread = await skipRead(deps, connection, replay, lease, call)
  if (!unread.ok) return await pauseFor(deps, replay, unread.error, lease)
  const permit = await permitBatch(deps, replay, { copies: largestBatch, bytes: largestBatchBytes }, lease)
  if (permit.state === 'stopped') return 0
  if (permit.state === 'wait') {
    // What kept it before is over: it waits by its own settings now.
    if (replay.failure !== null) await setReplayFailure(deps.db, replay.id, null, lease)
    return permit.waitMs
  }
  const size = permit.most.copies
  // What waits in a retry topic is asked for before each batch whether it was read meanwhile.
  const isStream =
    isTransactional && !replay.plan.requeue && !permit.isSteered && replay.pacePerSecond >= streamPace
  const reach = isStream ? windowItems : isTransactional ? size * windowOfBatches : size
  const next = await listSendable(deps.db, replay.id, reach, { untilSeq: permit.untilSeq })
  const sendable = isTransactional && !isStream ? pickBatch(next, size) : next
  const [first] = sendable
  if (!first) {
    await setReplayState(deps.db, replay.id, 'following', lease)
    letGo(replay)
    await notifyChanged(deps.db, 'replays', connection.id)
    return null
  }
  const missing = await findMissingTopic(deps, connection, replay, sendable, lease, call)
  if (missing) {
    if (!isGivenUp(replay, lease, missing.topic, missing.error.kind, limits))
      return await pauseFor(deps, replay, missing.error, lease)
    await giveUpOn(deps, replay, missing.topic, [], missing.error, lease)
    await notifyChanged(deps.db, 'replays', connection.id)
    return 0
  }
  const refused = await findRefusingTarget(
    target,
    sendable.map(({ targetTopic }) => targetTopic),
    call,
  )
  if (refused) return await waitForRight(deps, connection, replay, refused, lease, limits)
  if (isTransactional) {
    const taken = await takeOverSource(deps, connection, replay, first, lease, call)
    const state = taken.ok
      ? taken.value
      : await hinderedBy(deps, connection, replay, taken.error, lease, limits)
    if (state.state !== 'ready')
      return (await waitForBegun(deps, connection, replay, state, lease, limits)) ?? 0
    // What was asked before it may be otherwise by now, and the ledger may have held some of what was to be sent.
    if (state.isNew) return 0
  }
  let items: readonly ItemRecord[]
  let hindrance: Hindrance
  let used = { copies: 0, bytes: 0 }
  if (isStream) {
    const mayGoOn = async (): Promise<boolean> => {
      await tellProgress(deps, connection)
      return (await readReplayState(deps.db, replay.id)) === 'running'
    }
    const { pacePerSecond } = replay
    const streamed = await sendStream(deps, connection, replay, next, pacePerSecond, mayGoOn, lease, call)
    items = [streamed.at ?? first]
    hindrance = streamed.hindrance
    used = { copies: streamed.sent, bytes: streamed.bytes }
  } else {
    const read = await readItems(deps, connection, sendable, permit.most.bytes, call)
    if (!read.ok) return await pauseFor(deps, replay, read.error, lease)
    items = sendable.slice(0, read.value.count)
    const { records } = read.value
    const sent = isTransactional
      ? await sendInTransactions(deps, connection, replay, items, records, lease, call)
      : await sendAtLeastOnce(deps, connection, replay, items, records, lease, call, limits)
    hindrance = sent.hindrance
    used = { copies: items.length, bytes: sent.bytes }
  }
  await noteSentBytes(deps.db, replay.id, used.bytes)
  if (hindrance === 'fenced') {
    await setReplayFailure(deps.db, replay.id, fencedSentence(items[0] ?? first), lease)
    return 'fenced'
  }
  if (hindrance?.kind === 'denied') {
    const target = { topics: items.map(({ targetTopic }) => targetTopic), error: hindrance }
    return await waitForRight(deps, connection, replay, target, lease, limits)
  }
  if (hindrance) return await pauseFor(deps, replay, hindrance, lease)
  noteAccepted(replay, lease)
  if (replay.failure !== null) await setReplayFailure(deps.db, replay.id, null, lease)
  await tellProgress(deps, connection)
  return await usePace(deps, replay, permit.pace, { startedAtMs: startedAt, ...used }, lease)
}

const fencedSentence = ({ sourceTopic, sourcePartition }: ItemRecord): string =>
  `Another producer has taken over the work on ${sourceTopic} partition ${sourcePartition}, or a transaction lasted too long. This worker has stopped; the next one reads the ledger and goes on`

/** What is done with a replay whose target connection was taken out of the configuration: it waits, and can be stopped. */
const endWithoutTarget = async (
  deps: Deps,
  replay: ReplayRecord,
  isStopping: boolean,
  lease: LeaseProof,
): Promise<number | null> => {
  const why = sayTargetGone(replay)
  if (!isStopping) {
    await setReplayFailure(deps.db, replay.id, `Waiting: ${why}. It goes on when that is back`, lease)
    return retryMs
  }
  const outcomeAtMs = deps.clock.nowMs()
  const proof = `sending had begun, and whether the copy arrived could not be found out: ${why}`
  await changeItems(
    deps.db,
    (await listIntents(deps.db, replay.id)).map(({ id }) => ({ id, outcome: 'UNKNOWN', proof, outcomeAtMs })),
    lease,
  )
  await setReplayState(deps.db, replay.id, 'cancelled', lease, true)
  letGo(replay)
  await notifyChanged(deps.db, 'replays', replay.connectionId)
  return null
}

/** Replays that hold their dead-letter partitions, by lease. */
const holding = new Set<string>()

/** Forgets what this process held for a replay that sends no more. */
const letGo = (replay: ReplayRecord): void => {
  for (const name of holding) if (name.startsWith(`${replay.id} `)) holding.delete(name)
  letGoOfReplay(replay)
  forgetPace(replay)
}

/** Takes the dead-letter partitions of a replay. Answers whom it has to wait for, in a sentence, or null. */
const waitBehind = async (deps: Deps, replay: ReplayRecord, lease: LeaseProof): Promise<string | null> => {
  const name = `${replay.id} ${lease.fence}`
  if (holding.has(name)) return null
  const behind = await takeSources(deps.db, replay, lease)
  if (behind) {
    const what =
      'topic' in behind
        ? `works on ${behind.topic} partition ${behind.partition}`
        : `still has a letter with the key ${behind.keyText} to send to ${behind.target}`
    return `Waiting behind replay #${behind.number}, which ${what}. It begins by itself`
  }
  holding.add(name)
  return null
}

/** How the replay's copies are sent, decided before the first; null when nothing is to be sent any more. */
const sendingOf = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  lease: LeaseProof,
  call: Call,
): Promise<Result<Sending | null, BrokerError>> => {
  if (replay.sending) return succeed(replay.sending)
  const isBegun = (await listIntents(deps.db, replay.id)).length > 0
  const [first] = await listSendable(deps.db, replay.id, 1)
  if (!isBegun && !first) return succeed(null)
  const decided: Result<Sending, BrokerError> = first
    ? await decideFor(connection, targetOf(deps, connection, replay), first, isBegun, call)
    : succeed(begunWithout)
  if (decided.ok) await setSending(deps.db, replay.id, decided.value, lease)
  return decided
}

const begunWithout: Sending = { mode: 'at-least-once', why: 'it was begun before transactions were used' }

const decideFor = async (
  connection: Connection,
  target: Connection,
  first: ItemRecord,
  isBegun: boolean,
  call: Call,
): Promise<Result<Sending, BrokerError>> => {
  if (isBegun) return succeed(begunWithout)
  const cluster = await connection.broker.describe(call)
  return cluster.ok ? decideSending(target, ledgerSourceOf(cluster.value.clusterId, first), call) : cluster
}

/** How long to wait while it is not known what became of a batch that was begun; null when nothing keeps it. */
const waitForBegun = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  begun: Resolution,
  lease: LeaseProof,
  limits: Patience,
): Promise<number | null> => {
  if (begun.state === 'settling') return limits.settleMs
  if (begun.state === 'waiting') return await pauseFor(deps, replay, begun.error, lease)
  if (begun.state === 'resolved') return null
  await setReplayFailure(deps.db, replay.id, begun.sentence, lease)
  await tellProgress(deps, connection)
  return 0
}

const sayStopped = (stopped: ReplayControl['stopped']): string =>
  stopped === null || stopped.letterId === null
    ? 'stopped before it was sent'
    : `not sent: ${stopped.because}`

/** A topic that items come from or go to and that does not exist, if there is one. */
const findMissingTopic = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  lease: LeaseProof,
  call: Call,
): Promise<{ readonly topic: string; readonly error: BrokerError } | null> => {
  const places = [
    { connection, topics: items.map(({ sourceTopic }) => sourceTopic) },
    { connection: targetOf(deps, connection, replay), topics: items.map(({ targetTopic }) => targetTopic) },
  ]
  for (const { connection: where, topics } of places)
    for (const topic of new Set(topics)) {
      const found = await where.broker.topics.find(topic as TopicName, call)
      if (!found.ok && found.error.kind === 'not-found') return { topic, error: found.error }
      if (found.ok) noteWorking(replay, lease, topic)
    }
  return null
}

/** Waits for a right to write, or goes on without what needs it. Answers how long to wait, in milliseconds. */
const waitForRight = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  refused: Refused,
  lease: LeaseProof,
  limits: Patience,
): Promise<number> => {
  if (!(await giveUpOnRight(deps, replay, refused, lease, limits)))
    return Math.min(await pauseFor(deps, replay, refused.error, lease), limits.deniedMs)
  await notifyChanged(deps.db, 'replays', connection.id)
  return 0
}

const toldAt = new Map<string, number>()
const tellEveryMs = 500

/** Tells the screens of progress, at most twice a second for a connection. */
const tellProgress = async (deps: Deps, connection: Connection): Promise<void> => {
  if (performance.now() - (toldAt.get(connection.id) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return
  toldAt.set(connection.id, performance.now())
  await notifyChanged(deps.db, 'replays', connection.id)
}

const pauseFor = async (
  deps: Deps,
  replay: ReplayRecord,
  error: BrokerError,
  lease: LeaseProof,
): Promise<number> => {
  await setReplayFailure(
    deps.db,
    replay.id,
    `Waiting: ${error.detail.replace(/\.$/, '')}. It goes on by itself`,
    lease,
  )
  return retryMs
}
