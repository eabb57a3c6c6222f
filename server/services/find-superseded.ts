import type { TopicName } from '#server/contracts/scalars.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

/** A message by key and by where it was written. */
export type Written = {
  readonly id: bigint
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: Uint8Array
}

/** For all partitions together. */
const patienceMs = 5_000
const budget: Budget = { messages: 100_000, bytes: 96 * 1024 * 1024, milliseconds: 2_500 }
const keyOf = (key: Uint8Array): string => Buffer.from(key).toString('base64')

/**
 * Which messages have newer ones with the same key behind them in their own partition, read from the oldest of them on.
 * What the budget did not allow to look at is `unchecked`: nothing is said about those.
 */
export const findSuperseded = async (
  connection: Connection,
  messages: readonly Written[],
  call: Call,
): Promise<{ readonly superseded: ReadonlySet<bigint>; readonly unchecked: ReadonlySet<bigint> }> => {
  const superseded = new Set<bigint>()
  const unchecked = new Set<bigint>()
  const deadline = performance.now() + patienceMs
  const reader = connection.broker.messages
  for (const lane of Map.groupBy(messages, ({ topic, partition }) => `${topic} ${partition}`).values()) {
    const [{ topic, partition } = { topic: '', partition: 0 }] = lane
    const byKey = Map.groupBy(lane, ({ key }) => keyOf(key))
    const oldest = lane.reduce((min, { offset }) => (offset < min ? offset : min), lane[0]?.offset ?? 0n)
    const read =
      reader && performance.now() < deadline
        ? await reader.readForward(
            { topic: topic as TopicName, partition, from: oldest + 1n, limit: budget.messages, budget },
            call,
          )
        : null
    if (!read?.ok || read.value.stop !== 'end') for (const { id } of lane) unchecked.add(id)
    if (!read?.ok) continue
    for (const { key, offset } of read.value.messages)
      for (const one of (key && byKey.get(keyOf(key))) ?? []) if (one.offset < offset) superseded.add(one.id)
  }
  for (const id of superseded) unchecked.delete(id)
  return { superseded, unchecked }
}
