import type { TopicName } from '#server/contracts/scalars.ts'
import { makeCopyHeaders, readLineage } from '#server/domain/replay-copy.ts'
import { formatPosition, type OutgoingMessage, type RawMessage } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import {
  changeItems,
  type ItemChange,
  type ItemRecord,
  listIntents,
  listSendable,
  skipUnsent,
} from '#server/repositories/replay-items.ts'
import { type ReplayRecord, setReplayFailure, setReplayState } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { findCopies } from './find-copies.ts'
import { coordinateKey, readLetters } from './read-letters.ts'

/** Copies of about this long are sent in one batch, so that Stop takes effect soon. */
const batchMs = 200
const largestBatch = 1_000
const retryMs = 2_000
/** A copy that may still be on its way is looked for again after so long before it counts as never sent. */
const settleMs = 1_500
/** How far back before the intent a copy may carry its time, where the broker sets the timestamps. */
const clockMarginMs = 300_000n

/**
 * One short step of sending a replay: first finds out what became of a batch that a predecessor had begun, then sends
 * the next one. Answers how long to wait before the next step in milliseconds, or null when sending is over.
 *
 * Nothing is sent twice: the intent is written before a batch is sent, and whoever finds an intent without a result
 * looks on the target for the copies' lineage headers before sending again. The batch itself is idempotent.
 */
export const runReplayStep = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  lease: LeaseProof,
  call: Call,
): Promise<number | null> => {
  const startedAt = performance.now()
  const uncertain = await resolveIntents(deps, connection, replay, lease, call, settleMs)
  if (uncertain === 'settling') return settleMs
  if (uncertain) return await pauseFor(deps, replay, uncertain)
  if (replay.state === 'cancelling') {
    await skipUnsent(deps.db, replay.id, 'stopped before it was sent', lease)
    await setReplayState(deps.db, replay.id, 'cancelled', lease, true)
    await notifyChanged(deps.db, 'replays', connection.id)
    return null
  }
  const size = Math.max(1, Math.min(largestBatch, Math.round((replay.pacePerSecond * batchMs) / 1_000)))
  const items = await listSendable(deps.db, replay.id, size)
  if (items.length === 0) {
    await setReplayState(deps.db, replay.id, 'following', lease)
    await notifyChanged(deps.db, 'replays', connection.id)
    return null
  }
  const problem = await sendBatch(deps, connection, replay, items, lease, call)
  if (problem) return await pauseFor(deps, replay, problem)
  await setReplayFailure(deps.db, replay.id, null)
  await tellProgress(deps, connection)
  return Math.max(0, (items.length / replay.pacePerSecond) * 1_000 - (performance.now() - startedAt))
}

const toldAt = new Map<string, number>()
const tellEveryMs = 500

/** Tells the screens of progress, at most twice a second for a connection. */
const tellProgress = async (deps: Deps, connection: Connection): Promise<void> => {
  if (performance.now() - (toldAt.get(connection.id) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return
  toldAt.set(connection.id, performance.now())
  await notifyChanged(deps.db, 'replays', connection.id)
}

const pauseFor = async (deps: Deps, replay: ReplayRecord, error: BrokerError): Promise<number> => {
  await setReplayFailure(deps.db, replay.id, `Waiting: ${error.detail}`)
  return retryMs
}

const sendBatch = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  lease: LeaseProof,
  call: Call,
): Promise<BrokerError | null> => {
  const { publisher } = connection.broker
  if (!publisher)
    return { kind: 'unsupported', detail: 'this broker can not be written to', source: 'broker' }
  const records = await readLetters(connection, items.map(sourceOf), call)
  if (!records.ok) return records.error
  const present = items.filter((item) => records.value.has(coordinateKey(sourceOf(item))))
  const gone = items.filter((item) => !present.includes(item))
  const now = BigInt(deps.clock.nowMs())
  await changeItems(
    deps.db,
    [
      ...gone.map(
        (item): ItemChange => ({
          id: item.id,
          outcome: 'FAILED',
          proof: 'the dead letter was deleted by retention before it was sent',
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
    const record = records.value.get(coordinateKey(sourceOf(item)))
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
    return await sendOneByOne(deps, connection, replay, present, records.value, lease, call)
  const [only] = present
  if (only) await failItem(deps, only, sent.error, lease)
  return null
}

const sendOneByOne = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  records: ReadonlyMap<string, RawMessage>,
  lease: LeaseProof,
  call: Call,
): Promise<BrokerError | null> => {
  // Copies of the failed batch may have arrived: those are found by their lineage first.
  const uncertain = await resolveIntents(deps, connection, replay, lease, call, 0)
  if (uncertain && uncertain !== 'settling') return uncertain
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

const sentChange = (
  item: ItemRecord,
  placed: { readonly partition: number; readonly offset: bigint } | undefined,
  atMs: number,
): ItemChange => ({
  id: item.id,
  outcome: 'SENT',
  proof: placed
    ? `sent to ${item.targetTopic} partition ${placed.partition} offset ${placed.offset}`
    : `sent to ${item.targetTopic}`,
  sentAtMs: atMs,
  outcomeAtMs: atMs,
  ...(placed ? { targetPartition: placed.partition, targetOffset: placed.offset } : {}),
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

/** When copies of a replay under a lease were first looked for and not found, by this process's monotonic clock. */
const missedSince = new Map<string, number>()

/**
 * Finds out whether copies whose sending was begun have arrived, by their lineage headers on the target from the time of
 * the intent on. Those that have are sent; the others may be sent, once they were missed twice with `waitMs` in between:
 * a broker that comes back may still take a request that was on its way. Answers the error when the target can not be
 * read, and `settling` until the second look.
 */
const resolveIntents = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  lease: LeaseProof,
  call: Call,
  waitMs: number,
): Promise<BrokerError | 'settling' | null> => {
  const intents = await listIntents(deps.db, replay.id)
  if (intents.length === 0) return null
  const lookName = `${replay.id} ${lease.fence}`
  const lookedAt = performance.now()
  const missedAt = missedSince.get(lookName) ?? lookedAt
  const isSettled = lookedAt - missedAt >= waitMs
  let missing = 0
  const changes: ItemChange[] = []
  for (const [topic, items] of Map.groupBy(intents, ({ targetTopic }) => targetTopic)) {
    const from = items.reduce(
      (min, { intentFromMs }) => (intentFromMs !== null && intentFromMs < min ? intentFromMs : min),
      BigInt(deps.clock.nowMs()),
    )
    const arrived = await findCopies(connection, topic as TopicName, replay.id, from - clockMarginMs, call)
    if (!arrived.ok) return arrived.error
    for (const item of items) {
      const position = arrived.value.get(item.id.toString())
      if (position)
        changes.push(sentChange(item, position, Number(item.intentFromMs ?? BigInt(deps.clock.nowMs()))))
      else if (isSettled) changes.push({ id: item.id, outcome: 'PENDING', proof: '', intentFromMs: null })
      else missing++
    }
  }
  await changeItems(deps.db, changes, lease)
  if (missing > 0) missedSince.set(lookName, missedAt)
  else missedSince.delete(lookName)
  return missing > 0 ? 'settling' : null
}
