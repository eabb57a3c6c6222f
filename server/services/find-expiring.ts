import type { TopicName } from '#server/contracts/scalars.ts'
import type { Call } from '#server/ports/call.ts'
import { listKept } from '#server/repositories/kept-letters.ts'
import type { Connection, Deps } from './deps.ts'
import type { Judged } from './judge-letters.ts'
import { readRetention } from './read-retention.ts'

/** The pace that a plan begins with, copies a second. */
const usualPace = 50
/** The operator reads the plan before starting it, in milliseconds. */
const readingMs = 5 * 60_000

/**
 * Letters that retention may delete before a replay at the usual pace, started soon, has come to them, in sending order:
 * the letters themselves unless they are kept, or the records that died where the copies are made of those.
 */
export const findExpiring = async (
  { db }: Pick<Deps, 'db'>,
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
  const cameBy = (index: number) => nowMs + readingMs + (index / usualPace) * 1_000
  const due = inOrder.map(({ letter, record, restores, letterTimestampMs }, index) => ({
    letter: dueAt(letter.topic, letterTimestampMs) < cameBy(index),
    origin: restores !== null && dueAt(letter.originTopic, record?.timestampMs) < cameBy(index),
  }))
  // What is so near was kept by now, where it is kept at all.
  const asked = connection.keepExpiring ? inOrder.filter((_, index) => due[index]?.letter) : []
  const kept = await listKept(
    db,
    asked.map(({ letter }) => letter.id),
  )
  return inOrder.filter(({ letter: { id } }, index) => {
    const own = due[index]
    return own?.origin || (own?.letter && !kept.has(id))
  })
}
