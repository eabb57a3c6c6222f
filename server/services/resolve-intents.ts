import type { TopicName } from '#server/contracts/scalars.ts'
import { sayMany } from '#server/domain/say-amounts.ts'
import type { BrokerError, BrokerErrorKind } from '#server/ports/broker-error.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import {
  changeItems,
  failUnsent,
  type ItemChange,
  type ItemRecord,
  listIntents,
} from '#server/repositories/replay-items.ts'
import { addReplayLoss } from '#server/repositories/replays.ts'
import { lookForCopies, type Placed } from './look-for-copies.ts'
import type { ReplayStep } from './replay-step.ts'

/** How far back before the intent a copy may carry its time, where the broker sets the timestamps. */
const clockMarginMs = 300_000n

/** When copies of a replay under a lease were first looked for and not found, by this process's monotonic clock. */
const missedSince = new Map<string, number>()
/** Since when a topic of a replay under a lease fails, by the same clock. */
const failingSince = new Map<string, number>()

/** What `resolveIntents` came to. */
export type Resolution =
  | { readonly state: 'resolved' }
  /** Copies were missed once: a second look is due after `settleMs`. */
  | { readonly state: 'settling' }
  /** The topic is looked through up to here; the next step goes on. */
  | { readonly state: 'looking'; readonly sentence: string }
  | { readonly state: 'waiting'; readonly error: BrokerError }

/**
 * Notes that a topic fails. Answers whether it has failed for so long that the replay goes on without it: never for a
 * broker that is merely away, save when an operator waits for the end.
 */
export const isGivenUp = (
  { replay, lease, limits: { goneMs, unreadableMs, stoppingMs } }: ReplayStep,
  topic: string,
  kind: BrokerErrorKind,
): boolean => {
  const name = `${replay.id} ${lease.fence} ${topic}`
  const since = failingSince.get(name) ?? performance.now()
  failingSince.set(name, since)
  const isAway = kind === 'unreachable' || kind === 'timeout' || kind === 'overloaded'
  const limitMs = kind === 'not-found' ? goneMs : isAway ? Number.POSITIVE_INFINITY : unreadableMs
  return (
    performance.now() - since >= (replay.state === 'cancelling' ? Math.min(limitMs, stoppingMs) : limitMs)
  )
}

/** Notes that a topic works. */
export const noteWorking = ({ replay, lease }: ReplayStep, topic: string): void => {
  failingSince.delete(`${replay.id} ${lease.fence} ${topic}`)
}

/** What became of an item whose copy has arrived. */
export const sentChange = (
  item: ItemRecord,
  placed: { readonly partition: number; readonly offset: bigint | null } | undefined,
  atMs: number,
): ItemChange => ({
  id: item.id,
  outcome: 'SENT',
  proof: placed
    ? `sent to ${item.targetTopic} partition ${placed.partition} ${placed.offset === null ? '(the broker did not tell at which offset)' : `offset ${placed.offset}`}`
    : `sent to ${item.targetTopic}`,
  sentAtMs: atMs,
  outcomeAtMs: atMs,
  ...(placed ? { targetPartition: placed.partition } : {}),
  ...(placed && placed.offset !== null ? { targetOffset: placed.offset } : {}),
})

/**
 * Finds out whether copies whose sending was begun have arrived, by their lineage headers on the target from the time of
 * the intent on. Those that have are sent; the others may be sent, once they were missed twice with `settleMs` in
 * between: a broker that comes back may still take a request that was on its way. Of a target that is gone, or that
 * can not be read for longer than patience lasts, nobody will know: its copies become UNKNOWN, and what was not begun
 * for it is not sent.
 */
export const resolveIntents = async (step: ReplayStep): Promise<Resolution> => {
  const { deps, replay, lease, limits } = step
  const intents = await listIntents(deps.db, replay.id)
  if (intents.length === 0) return { state: 'resolved' }
  const lookName = `${replay.id} ${lease.fence}`
  const missedAt = missedSince.get(lookName) ?? performance.now()
  const isSettled = performance.now() - missedAt >= limits.settleMs
  let missing = 0
  let waiting: Resolution | null = null
  for (const [topic, items] of Map.groupBy(intents, ({ targetTopic }) => targetTopic)) {
    const looked = await lookOnTarget(step, topic as TopicName, items)
    if ('left' in looked) {
      noteWorking(step, topic)
      const sentence = `Looking on ${topic} for copies sent before a worker ended: ${sayMany(looked.left, 'record')} to go`
      if (looked.left > 0n) waiting ??= { state: 'looking', sentence }
      else if (isSettled)
        await changeItems(
          deps.db,
          looked.missing.map(({ id }) => ({ id, outcome: 'PENDING', proof: '', intentFromMs: null })),
          lease,
        )
      else missing += looked.missing.length
    } else if (isGivenUp(step, topic, looked.kind)) await giveUpOn(step, topic, items, looked)
    else waiting = { state: 'waiting', error: looked }
  }
  if (missing > 0) missedSince.set(lookName, missedAt)
  else if (!waiting) missedSince.delete(lookName)
  return waiting ?? { state: missing > 0 ? 'settling' : 'resolved' }
}

/** Looks on one target for copies of items; those found are written. Answers those missing so far, or why it can not. */
const lookOnTarget = async (
  { deps, target, replay, lease, call }: ReplayStep,
  topic: TopicName,
  items: readonly ItemRecord[],
): Promise<{ readonly left: bigint; readonly missing: readonly ItemRecord[] } | BrokerError> => {
  const nowMs = BigInt(deps.clock.nowMs())
  const sought = new Map(items.map((item) => [item.id.toString(), item]))
  const fromMs = items.reduce(
    (min, { intentFromMs }) => (intentFromMs !== null && intentFromMs < min ? intentFromMs : min),
    nowMs,
  )
  const changeOf = (itemId: string, placed: Placed, copy: RawMessage): ItemChange | null => {
    // One of an aborted transaction does not count as sent.
    if (copy.transaction === 'aborted') return null
    const item = sought.get(itemId)
    sought.delete(itemId)
    return item ? sentChange(item, placed, Number(item.intentFromMs ?? nowMs)) : null
  }
  const look = { topic, replayId: replay.id, fromMs: fromMs - clockMarginMs, changeOf }
  const looked = await lookForCopies(deps, target, look, lease, call)
  return looked.ok ? { left: looked.value.left, missing: [...sought.values()] } : looked.error
}

/** Ends what can not be known of a target, and what can not be sent to it or from it. Tells so in the replay. */
export const giveUpOn = async (
  step: ReplayStep,
  topic: string,
  begun: readonly ItemRecord[],
  error: BrokerError,
): Promise<void> => {
  const isGone = error.kind === 'not-found'
  const unknown = isGone
    ? `${topic} was deleted after sending had begun: a copy that had arrived is gone with it`
    : `sending had begun, and whether the copy arrived could not be found out: ${error.detail}`
  const unsent = isGone
    ? `not sent: the topic ${topic} does not exist any more`
    : `not sent: copies on ${topic} could not be looked for (${error.detail})`
  const what = isGone ? `${topic} was deleted` : `${topic} could not be read (${error.detail})`
  await endTarget(step, { topic, begun, what, unknown, unsent })
  noteWorking(step, topic)
}

type TargetEnd = {
  readonly topic: string
  /** Items whose sending was begun. */
  readonly begun: readonly ItemRecord[]
  /** What happened, how the begun ones read from now on, and how those that were not begun. */
  readonly what: string
  readonly unknown: string
  readonly unsent: string
}

/** Ends all items of a target that takes no more copies: begun ones are UNKNOWN, the others failed. Told in the replay. */
export const endTarget = async (
  { deps, replay, lease }: ReplayStep,
  { topic, begun, what, unknown, unsent }: TargetEnd,
): Promise<void> => {
  const outcomeAtMs = deps.clock.nowMs()
  await changeItems(
    deps.db,
    begun.map(({ id }) => ({ id, outcome: 'UNKNOWN', proof: unknown, outcomeAtMs })),
    lease,
  )
  const failed = await failUnsent(deps.db, replay.id, topic, unsent, lease)
  const doubt =
    begun.length > 0
      ? `, and of ${sayMany(begun.length, 'copy', 'copies')} it is not known whether ${begun.length === 1 ? 'it' : 'they'} arrived`
      : ''
  await addReplayLoss(
    deps.db,
    replay.id,
    `${what}: ${sayMany(failed, 'letter was', 'letters were')} not sent${doubt}`,
    lease,
  )
}
