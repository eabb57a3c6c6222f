import type { TopicName } from '#server/contracts/scalars.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'
import type { Judged } from './judge-letters.ts'
import { readRetention } from './read-retention.ts'

/** The pace that a plan begins with, copies a second. */
const usualPace = 50
/** The operator reads the plan before starting it, in milliseconds. */
const readingMs = 5 * 60_000

/**
 * Letters that retention may delete before a replay at the usual pace, started soon, has come to them, in sending order:
 * the letters themselves, or the records that died where the copies are made of those.
 */
export const findExpiring = async (
  connection: Connection,
  inOrder: readonly Judged[],
  nowMs: number,
  call: Call,
): Promise<readonly Judged[]> => {
  const topics = [
    ...new Set(
      inOrder.flatMap(({ letter, restores }) => [
        letter.topic,
        ...(restores !== null && letter.originTopic !== null ? [letter.originTopic] : []),
      ]),
    ),
  ] as TopicName[]
  const { byTopic } = await readRetention(connection, topics, call)
  const dueAt = (topic: string | null, timestampMs: bigint | null | undefined): number => {
    const retentionMs = topic === null ? null : (byTopic.get(topic) ?? null)
    return retentionMs === null || timestampMs === null || timestampMs === undefined || timestampMs < 0n
      ? Number.POSITIVE_INFINITY
      : Number(timestampMs) + retentionMs
  }
  return inOrder.filter(({ letter, record, restores, letterTimestampMs }, index) => {
    const due = Math.min(
      dueAt(letter.topic, letterTimestampMs),
      restores === null ? Number.POSITIVE_INFINITY : dueAt(letter.originTopic, record?.timestampMs),
    )
    return due < nowMs + readingMs + (index / usualPace) * 1_000
  })
}
