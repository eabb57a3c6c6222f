import type { TopicName } from '#server/contracts/scalars.ts'
import { makeCopyHeaders, readLineage } from '#server/domain/replay-copy.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { OutgoingMessage } from '#server/ports/publisher.ts'
import { formatPosition, type RawMessage } from '#server/ports/raw-message.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import {
  changeItems,
  type ItemChange,
  type ItemRecord,
  listSendable,
  skipUnsent,
} from '#server/repositories/replay-items.ts'
import { type ReplayRecord, setReplayFailure, setReplayState } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { findForeign } from './find-foreign.ts'
import { coordinateKey, type LettersRead, readLetters } from './read-letters.ts'
import { findRefusingTarget, giveUpOnRight, noteAccepted, type Refused } from './refused-targets.ts'
import {
  giveUpOn,
  isGivenUp,
  noteWorking,
  type Patience,
  patience,
  resolveIntents,
  sentChange,
} from './resolve-intents.ts'

/** Copies of about this long are sent in one batch, so that Stop takes effect soon. */
const batchMs = 200
const largestBatch = 1_000
/** A batch ends when its letters fill this much; the next goes on. */
const largestBatchBytes = 8 * 1024 * 1024
const retryMs = 2_000

/**
 * One short step of sending a replay: first finds out what became of a batch that a predecessor had begun, then sends
 * the next one. Answers how long to wait before the next step in milliseconds, or null when sending is over.
 *
 * Nothing is sent twice: the intent is written before a batch is sent, and whoever finds an intent without a result
 * looks on the target for the copies' lineage headers before sending again. The batch itself is idempotent. A topic that
 * is deleted meanwhile, and one that can not be read for long, is given up on: `limits` says when.
 */
export const runReplayStep = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  lease: LeaseProof,
  call: Call,
  limits: Patience = patience,
): Promise<number | null> => {
  const startedAt = performance.now()
  const isStopping = replay.state === 'cancelling'
  // At once, whatever becomes of the copies in flight: a stop must not wait for a broker.
  if (isStopping) await skipUnsent(deps.db, replay.id, stopped, lease)
  const begun = await resolveIntents(deps, connection, replay, lease, call, limits)
  if (begun.state === 'settling') return limits.settleMs
  if (begun.state === 'looking') {
    await setReplayFailure(deps.db, replay.id, begun.sentence, lease)
    await tellProgress(deps, connection)
    return 0
  }
  if (begun.state === 'waiting') return await pauseFor(deps, replay, begun.error, lease)
  if (isStopping) {
    await skipUnsent(deps.db, replay.id, stopped, lease)
    await setReplayState(deps.db, replay.id, 'cancelled', lease, true)
    await notifyChanged(deps.db, 'replays', connection.id)
    return null
  }
  const size = Math.max(1, Math.min(largestBatch, Math.round((replay.pacePerSecond * batchMs) / 1_000)))
  const sendable = await listSendable(deps.db, replay.id, size)
  if (sendable.length === 0) {
    await setReplayState(deps.db, replay.id, 'following', lease)
    await notifyChanged(deps.db, 'replays', connection.id)
    return null
  }
  const missing = await findMissingTopic(connection, replay, sendable, lease, call)
  if (missing) {
    if (!isGivenUp(replay, lease, missing.topic, missing.error.kind, limits))
      return await pauseFor(deps, replay, missing.error, lease)
    await giveUpOn(deps, replay, missing.topic, [], missing.error, lease)
    await notifyChanged(deps.db, 'replays', connection.id)
    return 0
  }
  const refused = await findRefusingTarget(
    connection,
    sendable.map(({ targetTopic }) => targetTopic),
    call,
  )
  if (refused) return await waitForRight(deps, connection, replay, refused, lease, limits)
  const read = await readLetters(connection, sendable.map(sourceOf), largestBatchBytes, call)
  if (!read.ok) return await pauseFor(deps, replay, read.error, lease)
  const items = sendable.slice(0, read.value.count)
  const problem = await sendBatch(deps, connection, replay, items, read.value.records, lease, call, limits)
  if (problem?.kind === 'denied') {
    const target = { topics: items.map(({ targetTopic }) => targetTopic), error: problem }
    return await waitForRight(deps, connection, replay, target, lease, limits)
  }
  if (problem) return await pauseFor(deps, replay, problem, lease)
  noteAccepted(replay, lease)
  await setReplayFailure(deps.db, replay.id, null, lease)
  await tellProgress(deps, connection)
  return Math.max(0, (items.length / replay.pacePerSecond) * 1_000 - (performance.now() - startedAt))
}

const stopped = 'stopped before it was sent'

/** A topic that items come from or go to and that does not exist, if there is one. */
const findMissingTopic = async (
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  lease: LeaseProof,
  call: Call,
): Promise<{ readonly topic: string; readonly error: BrokerError } | null> => {
  const topics = new Set(items.flatMap(({ sourceTopic, targetTopic }) => [sourceTopic, targetTopic]))
  for (const topic of topics) {
    const found = await connection.broker.topics.find(topic as TopicName, call)
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

const sendBatch = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  records: LettersRead['records'],
  lease: LeaseProof,
  call: Call,
  limits: Patience,
): Promise<BrokerError | null> => {
  const { publisher } = connection.broker
  if (!publisher)
    return { kind: 'unsupported', detail: 'this broker can not be written to', source: 'broker' }
  // After reading: a topic that is still the planned one then was it while its records were read.
  const foreign = await findForeign(connection, items, call)
  if (!foreign.ok) return foreign.error
  const present = items.filter(
    (item) => records.has(coordinateKey(sourceOf(item))) && !foreign.value.has(item.id),
  )
  const gone = items.filter((item) => !present.includes(item))
  const now = BigInt(deps.clock.nowMs())
  await changeItems(
    deps.db,
    [
      ...gone.map(
        (item): ItemChange => ({
          id: item.id,
          outcome: 'FAILED',
          proof: foreign.value.has(item.id)
            ? `not sent: ${item.sourceTopic} was deleted and made anew since the letter was indexed, and another message may stand in its place`
            : 'the dead letter was deleted by retention before it was sent',
          outcomeAtMs: Number(now),
        }),
      ),
      ...present.map(
        (item): ItemChange => ({ id: item.id, outcome: 'PENDING', proof: '', intentFromMs: now }),
      ),
    ],
    lease,
  )
  if (present.length === 0) return null
  const copies = present.flatMap((item) => {
    const record = records.get(coordinateKey(sourceOf(item)))
    return record ? [copyOf(replay, item, record, now)] : []
  })
  const sent = await publisher.send(copies, call)
  if (sent.ok) {
    await changeItems(
      deps.db,
      present.map((item, index) => sentChange(item, sent.value[index], Number(now))),
      lease,
    )
    return null
  }
  // One bad copy must not hold up the others: what the broker finds invalid is sent alone to learn which it is. A right
  // that is missing is waited for: it holds for all of them, and someone can give it.
  if (sent.error.kind !== 'invalid' && sent.error.kind !== 'not-found') return sent.error
  if (present.length > 1)
    return await sendOneByOne(deps, connection, replay, present, records, lease, call, limits)
  const [only] = present
  if (only) await failItem(deps, only, sent.error, lease)
  return null
}

const sendOneByOne = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  records: LettersRead['records'],
  lease: LeaseProof,
  call: Call,
  limits: Patience,
): Promise<BrokerError | null> => {
  // Copies of the failed batch may have arrived: those are found by their lineage first.
  const begun = await resolveIntents(deps, connection, replay, lease, call, { ...limits, settleMs: 0 })
  if (begun.state === 'waiting') return begun.error
  if (begun.state !== 'resolved') return null
  const open = new Set((await listSendable(deps.db, replay.id, largestBatch)).map(({ id }) => id))
  for (const item of items) {
    const record = records.get(coordinateKey(sourceOf(item)))
    if (!open.has(item.id) || !record || call.signal.aborted) continue
    const now = BigInt(deps.clock.nowMs())
    await changeItems(deps.db, [{ id: item.id, outcome: 'PENDING', proof: '', intentFromMs: now }], lease)
    const sent = await connection.broker.publisher?.send([copyOf(replay, item, record, now)], call)
    if (sent?.ok) await changeItems(deps.db, [sentChange(item, sent.value[0], Number(now))], lease)
    else if (sent && (sent.error.kind === 'invalid' || sent.error.kind === 'not-found'))
      await failItem(deps, item, sent.error, lease)
    else return sent?.error ?? null
  }
  return null
}

const sourceOf = ({ sourceTopic, sourcePartition, sourceOffset }: ItemRecord) => ({
  topic: sourceTopic,
  partition: sourcePartition,
  offset: sourceOffset,
})

const copyOf = (
  replay: ReplayRecord,
  item: ItemRecord,
  record: RawMessage,
  nowMs: bigint,
): OutgoingMessage => ({
  topic: item.targetTopic as TopicName,
  partition: item.targetPartition,
  key: record.key,
  value: record.value,
  headers: makeCopyHeaders(record.headers, {
    'x-replay-id': replay.id,
    'x-replay-number': String(replay.number ?? ''),
    'x-replay-item': item.id.toString(),
    'x-replay-source': `${item.sourceTopic}@${formatPosition(item.sourcePartition, item.sourceOffset)}`,
    'x-replay-attempt': String((readLineage(record.headers)?.attempt ?? 0) + 1),
    'x-replay-at': new Date(Number(nowMs)).toISOString(),
  }),
  timestampMs: nowMs,
})

const failItem = (deps: Deps, item: ItemRecord, error: BrokerError, lease: LeaseProof): Promise<void> =>
  changeItems(
    deps.db,
    [
      {
        id: item.id,
        outcome: 'FAILED',
        proof: `the broker refused the copy: ${error.detail}`,
        intentFromMs: null,
        outcomeAtMs: deps.clock.nowMs(),
      },
    ],
    lease,
  )
