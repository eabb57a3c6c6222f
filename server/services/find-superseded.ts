import { createHash } from 'node:crypto'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { Compared, Written } from '#server/ports/scanner.ts'

/** For all partitions together. */
const patienceMs = 5_000
/** For one partition, which is read in pieces: what one piece brings is let go of before the next. */
const budget: Budget = { messages: 100_000, bytes: 96 * 1024 * 1024, milliseconds: 2_500 }
const pieceBytes = 4 * 1024 * 1024
const longestPlainKey = 64

/** A short name of a key, equal for equal keys only: long ones by their SHA-256. */
export const nameKey = (key: Uint8Array): string =>
  key.length <= longestPlainKey
    ? Buffer.from(key).toString('base64')
    : `sha256:${createHash('sha256').update(key).digest('base64')}`

/**
 * Which messages have newer ones with the same key behind them in their own partition, read from the oldest of them on.
 * What the budget did not allow to look at is `unchecked`: nothing is said about those.
 */
export const findSuperseded = async (
  reader: MessageReader,
  messages: readonly Written[],
  call: Call,
): Promise<Compared> => {
  const superseded = new Set<bigint>()
  const unchecked = new Set<bigint>()
  const deadline = performance.now() + patienceMs
  for (const lane of Map.groupBy(messages, ({ topic, partition }) => `${topic} ${partition}`).values()) {
    const byKey = Map.groupBy(lane, ({ key }) => key)
    const note = ({ key, offset }: RawMessage) => {
      for (const one of (key && byKey.get(nameKey(key))) ?? [])
        if (one.offset < offset) superseded.add(one.id)
    }
    if (performance.now() >= deadline || !(await readToEnd(reader, lane, note, call)))
      for (const { id } of lane) unchecked.add(id)
  }
  for (const id of superseded) unchecked.delete(id)
  return { superseded, unchecked }
}

/** Shows what stands behind the oldest of a partition's messages. Answers whether that was all to the end. */
const readToEnd = async (
  reader: MessageReader,
  lane: readonly Written[],
  note: (message: RawMessage) => void,
  call: Call,
): Promise<boolean> => {
  const [first] = lane
  if (!first) return false
  const { topic, partition } = first
  const deadline = performance.now() + budget.milliseconds
  let from = lane.reduce((min, { offset }) => (offset < min ? offset : min), first.offset) + 1n
  let left = { messages: budget.messages, bytes: budget.bytes }
  for (;;) {
    const milliseconds = deadline - performance.now()
    if (milliseconds <= 0 || left.messages <= 0 || left.bytes <= 0) return false
    const piece: Budget = { messages: left.messages, bytes: Math.min(left.bytes, pieceBytes), milliseconds }
    const read = await reader.readForward(
      { topic: topic as TopicName, partition, from, limit: left.messages, budget: piece },
      call,
    )
    if (!read.ok) return false
    const { messages, scannedMessages, scannedBytes, resumeAt, stop } = read.value
    for (const message of messages) note(message)
    if (stop === 'end') return true
    const next = resumeAt.get(partition) ?? from
    if (next <= from || stop === 'error' || stop === 'cancelled') return false
    from = next
    left = {
      messages: left.messages - Number(scannedMessages),
      bytes: left.bytes - Number(scannedBytes),
    }
  }
}
