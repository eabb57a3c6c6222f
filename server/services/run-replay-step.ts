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
  type SendableItem,
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
import { type Patience, patience, type ReplayStep } from './replay-step.ts'
import { findTarget, sayTargetGone } from './replay-target.ts'
import { hinderedBy, resolveByLedger } from './resolve-by-ledger.ts'
import { giveUpOn, isGivenUp, noteWorking, type Resolution, resolveIntents } from './resolve-intents.ts'
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
  const startedAtMs = performance.now()
  if (isFenced({ replay, lease })) return 'fenced'
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
  const step: ReplayStep = { deps, connection, target, replay, lease, call, limits }
  const sending = await sendingOf(step)
  if (!sending.ok) return await pauseFor(step, sending.error)
  const isTransactional = sending.value?.mode === 'transactions'
  const resolve = isTransactional ? resolveByLedger : resolveIntents
  const hindered = await waitForBegun(step, await resolve(step))
  if (hindered !== null) return hindered
  if (isStopping) {
    await skipUnsent(deps.db, replay.id, stopped, lease)
    await setReplayState(deps.db, replay.id, 'cancelled', lease, true)
    letGo(replay)
    await notifyChanged(deps.db, 'replays', connection.id)
    return null
  }
  return await sendNext(step, isTransactional, startedAtMs)
}

/** Sends the next batch, or batches one after the other for some seconds. Answers as `runReplayStep`. */
const sendNext = async (
  step: ReplayStep,
  isTransactional: boolean,
  startedAtMs: number,
): Promise<number | null | 'fenced'> => {
  const { deps, connection, replay, lease } = step
  const unread = await skipRead(step)
  if (!unread.ok) return await pauseFor(step, unread.error)
  const permit = await permitBatch(step, { copies: largestBatch, bytes: largestBatchBytes })
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
  const missing = await findMissingTopic(step, sendable)
  if (missing) {
    if (!isGivenUp(step, missing.topic, missing.error.kind)) return await pauseFor(step, missing.error)
    await giveUpOn(step, missing.topic, [], missing.error)
    await notifyChanged(deps.db, 'replays', connection.id)
    return 0
  }
  const refused = await findRefusingTarget(
    step,
    sendable.map(({ targetTopic }) => targetTopic),
  )
  if (refused) return await waitForRight(step, refused)
  if (isTransactional) {
    const taken = await takeOverSource(step, first)
    const state = taken.ok ? taken.value : await hinderedBy(step, taken.error)
    if (state.state !== 'ready') return (await waitForBegun(step, state)) ?? 0
    // What was asked before it may be otherwise by now, and the ledger may have held some of what was to be sent.
    if (state.isNew) return 0
  }
  const sent = isStream
    ? await sendForSeconds(step, next)
    : await sendBatch(step, sendable, permit.most.bytes, isTransactional)
  if (!sent.ok) return await pauseFor(step, sent.error)
  const { items, hindrance, used } = sent.value
  await noteSentBytes(deps.db, replay.id, used.bytes)
  if (hindrance === 'fenced') {
    await setReplayFailure(deps.db, replay.id, fencedSentence(items[0] ?? first), lease)
    return 'fenced'
  }
  if (hindrance?.kind === 'denied') {
    const topics = items.map(({ targetTopic }) => targetTopic)
    return await waitForRight(step, { topics, error: hindrance })
  }
  if (hindrance) return await pauseFor(step, hindrance)
  noteAccepted(step)
  if (replay.failure !== null) await setReplayFailure(deps.db, replay.id, null, lease)
  await tellProgress(step)
  return await usePace(step, permit.pace, { startedAtMs, ...used })
}

/** What one step has sent: the items it was about, what keeps it from going on, and what it has used of its pace. */
type StepSent = {
  readonly items: readonly ItemRecord[]
  readonly hindrance: Hindrance
  readonly used: { readonly copies: number; readonly bytes: number }
}

const sendForSeconds = async (
  step: ReplayStep,
  window: readonly SendableItem[],
): Promise<Result<StepSent, BrokerError>> => {
  const { deps, replay } = step
  const mayGoOn = async (): Promise<boolean> => {
    await tellProgress(step)
    return (await readReplayState(deps.db, replay.id)) === 'running'
  }
  const { at, hindrance, sent, bytes } = await sendStream(step, window, replay.pacePerSecond, mayGoOn)
  const items = at ? [at] : window.slice(0, 1)
  return succeed({ items, hindrance, used: { copies: sent, bytes } })
}

const sendBatch = async (
  step: ReplayStep,
  sendable: readonly SendableItem[],
  mostBytes: number,
  isTransactional: boolean,
): Promise<Result<StepSent, BrokerError>> => {
  const { deps, connection, call } = step
  const read = await readItems(deps, connection, sendable, mostBytes, call)
  if (!read.ok) return read
  const { count, records } = read.value
  const items = sendable.slice(0, count)
  const send = isTransactional ? sendInTransactions : sendAtLeastOnce
  const { hindrance, bytes } = await send(step, items, records)
  return succeed({ items, hindrance, used: { copies: items.length, bytes } })
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
const sendingOf = async (step: ReplayStep): Promise<Result<Sending | null, BrokerError>> => {
  const { deps, replay, lease } = step
  if (replay.sending) return succeed(replay.sending)
  const isBegun = (await listIntents(deps.db, replay.id)).length > 0
  const [first] = await listSendable(deps.db, replay.id, 1)
  if (!isBegun && !first) return succeed(null)
  const decided: Result<Sending, BrokerError> = first
    ? await decideFor(step, first, isBegun)
    : succeed(begunWithout)
  if (decided.ok) await setSending(deps.db, replay.id, decided.value, lease)
  return decided
}

const begunWithout: Sending = { mode: 'at-least-once', why: 'it was begun before transactions were used' }

const decideFor = async (
  { connection, target, call }: ReplayStep,
  first: ItemRecord,
  isBegun: boolean,
): Promise<Result<Sending, BrokerError>> => {
  if (isBegun) return succeed(begunWithout)
  const cluster = await connection.broker.describe(call)
  return cluster.ok ? decideSending(target, ledgerSourceOf(cluster.value.clusterId, first), call) : cluster
}

/** How long to wait while it is not known what became of a batch that was begun; null when nothing keeps it. */
const waitForBegun = async (step: ReplayStep, begun: Resolution): Promise<number | null> => {
  if (begun.state === 'settling') return step.limits.settleMs
  if (begun.state === 'waiting') return await pauseFor(step, begun.error)
  if (begun.state === 'resolved') return null
  await setReplayFailure(step.deps.db, step.replay.id, begun.sentence, step.lease)
  await tellProgress(step)
  return 0
}

const sayStopped = (stopped: ReplayControl['stopped']): string =>
  stopped === null || stopped.letterId === null
    ? 'stopped before it was sent'
    : `not sent: ${stopped.because}`

/** A topic that items come from or go to and that does not exist, if there is one. */
const findMissingTopic = async (
  step: ReplayStep,
  items: readonly ItemRecord[],
): Promise<{ readonly topic: string; readonly error: BrokerError } | null> => {
  const { connection, target, call } = step
  const places = [
    { where: connection, topics: items.map(({ sourceTopic }) => sourceTopic) },
    { where: target, topics: items.map(({ targetTopic }) => targetTopic) },
  ]
  for (const { where, topics } of places)
    for (const topic of new Set(topics)) {
      const found = await where.broker.topics.find(topic as TopicName, call)
      if (!found.ok && found.error.kind === 'not-found') return { topic, error: found.error }
      if (found.ok) noteWorking(step, topic)
    }
  return null
}

/** Waits for a right to write, or goes on without what needs it. Answers how long to wait, in milliseconds. */
const waitForRight = async (step: ReplayStep, refused: Refused): Promise<number> => {
  if (!(await giveUpOnRight(step, refused)))
    return Math.min(await pauseFor(step, refused.error), step.limits.deniedMs)
  await notifyChanged(step.deps.db, 'replays', step.connection.id)
  return 0
}

const toldAt = new Map<string, number>()
const tellEveryMs = 500

/** Tells the screens of progress, at most twice a second for a connection. */
const tellProgress = async ({ deps, connection }: ReplayStep): Promise<void> => {
  if (performance.now() - (toldAt.get(connection.id) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return
  toldAt.set(connection.id, performance.now())
  await notifyChanged(deps.db, 'replays', connection.id)
}

const pauseFor = async ({ deps, replay, lease }: ReplayStep, error: BrokerError): Promise<number> => {
  await setReplayFailure(
    deps.db,
    replay.id,
    `Waiting: ${error.detail.replace(/\.$/, '')}. It goes on by itself`,
    lease,
  )
  return retryMs
}
