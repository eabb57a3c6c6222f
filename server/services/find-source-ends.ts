import type { TopicName } from '#server/contracts/scalars.ts'
import type { Call } from '#server/ports/call.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import type { StoredPlan } from '#server/repositories/replays.ts'
import type { Connection } from './deps.ts'

/**
 * Where the dead-letter partitions of a selection end now: what dies later is no part of it. Empty where the broker does
 * not tell.
 */
export const findSourceEnds = async (
  { broker }: Connection,
  letters: readonly LetterRecord[],
  call: Call,
): Promise<NonNullable<StoredPlan['sources']>> => {
  const byTopic = Map.groupBy(letters, ({ topic }) => topic)
  const states = await Promise.all(
    [...byTopic.keys()].map((name) => broker.topics.find(name as TopicName, call)),
  )
  const wanted = states.flatMap((state) => (state.ok ? [state.value] : []))
  const offsets = wanted.length === 0 ? null : await broker.topics.offsets(wanted, call)
  const found = (offsets?.ok ? offsets.value : []).toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
  return found.flatMap(({ topic, partitions }) => {
    const chosen = Map.groupBy(byTopic.get(topic) ?? [], ({ partition }) => partition)
    return partitions
      .filter(({ partition }) => chosen.has(partition))
      .sort((a, b) => a.partition - b.partition)
      .map(({ partition, end }) => ({
        topic,
        partition,
        end: end.toString(),
        letters: chosen.get(partition)?.length ?? 0,
      }))
  })
}
