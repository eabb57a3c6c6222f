import type { TopicName } from '#server/contracts/scalars.ts'
import { foreseeSizeRetention } from '#server/domain/foresee-size-retention.ts'
import { succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

const lastOffset = 2n ** 63n - 1n

export type DueLetters = {
  /** By partition up to which offset (exclusive) records may be deleted within the time; others have none. */
  readonly upTo: ReadonlyMap<number, bigint>
  /** Why sizes are not known, where retention by size can not be foreseen for that. */
  readonly unsized: BrokerError | null
}

/**
 * Up to where the retention of a topic, by time or by size, may delete within `withinMs`; null for a limit that the topic
 * does not have. See `foreseeSizeRetention` for how size is foreseen.
 */
export const findDueLetters = async (
  { broker }: Connection,
  topic: TopicName,
  limits: { readonly ms: number | null; readonly bytes: bigint | null },
  { nowMs, withinMs }: { readonly nowMs: number; readonly withinMs: number },
  call: Call,
): Answer<DueLetters> => {
  const { messages, topics } = broker
  const upTo = new Map<number, bigint>()
  const found: DueLetters = { upTo, unsized: null }
  if (!messages) return succeed(found)
  const dueMs = limits.ms === null ? 0 : nowMs - limits.ms + withinMs
  if (dueMs > 0) {
    const first = await messages.offsetsAt(topic, BigInt(dueMs), call)
    if (!first.ok) return first
    for (const [partition, to] of first.value) upTo.set(partition, to ?? lastOffset)
  }
  if (limits.bytes === null) return succeed(found)
  const state = await topics.find(topic, call)
  if (!state.ok) return state
  const sizes = await topics.replicaSizes(state.value, call)
  if (!sizes.ok) return succeed({ ...found, unsized: sizes.error })
  const [offsets, recent] = await Promise.all([
    topics.offsets([state.value], call),
    messages.offsetsAt(topic, BigInt(nowMs - withinMs), call),
  ])
  if (!offsets.ok) return offsets
  if (!recent.ok) return recent
  const led = new Map(state.value.partitions.map(({ partition, leader }) => [partition, leader]))
  const sizeOf = (partition: number) =>
    sizes.value.find(
      (one) => one.partition === partition && one.broker === led.get(partition) && !one.isFuture,
    )?.bytes
  for (const { partition, start, end } of offsets.value[0]?.partitions ?? []) {
    const to = foreseeSizeRetention({
      start,
      end,
      bytes: sizeOf(partition) ?? 0n,
      retentionBytes: limits.bytes,
      recentMessages: end - (recent.value.get(partition) ?? end),
    })
    if (to !== null && to > (upTo.get(partition) ?? 0n)) upTo.set(partition, to)
  }
  return succeed({ ...found, unsized: sizes.degraded[0]?.error ?? null })
}
