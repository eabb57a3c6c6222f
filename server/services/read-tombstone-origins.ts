import type { TopicName } from '#server/contracts/scalars.ts'
import { madeAnewAt } from '#server/domain/judge-origin.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import { readTopicIds } from '#server/repositories/topic-identities.ts'
import type { Connection, Deps } from './deps.ts'
import type { PlannedRecord } from './find-plan-findings.ts'
import { coordinateKey, visitLetters } from './read-letters.ts'

/** What the message that died was: null as well, with a value, or not to be had any more. */
export type TombstoneOrigin = 'tombstone' | 'value' | 'gone'

/**
 * Of letters with a null value, by id: what stands at their origin. Those whose origin could not be asked for now are
 * left out.
 */
export const readOriginsOfTombstones = async (
  deps: Deps,
  connection: Connection,
  letters: readonly LetterRecord[],
  records: ReadonlyMap<string, PlannedRecord>,
  topics: ReadonlyMap<string, TopicState>,
  call: Call,
): Promise<ReadonlyMap<bigint, TombstoneOrigin>> => {
  const found = new Map<bigint, TombstoneOrigin>()
  const wanted = letters.flatMap((letter) => {
    const { id, diedAtMs, originTopic: topic, originPartition: partition, originOffset: offset } = letter
    if (!records.get(coordinateKey(letter))?.isTombstone) return []
    if (topic !== null && partition !== null && offset !== null)
      return [{ id, diedAtMs, topic, partition, offset }]
    found.set(id, 'gone')
    return []
  })
  // One topic at a time: an origin that is gone must not hide the others.
  for (const [topic, list] of Map.groupBy(wanted, (one) => one.topic)) {
    const state = topics.has(topic)
      ? undefined
      : await connection.broker.topics.find(topic as TopicName, call)
    if (state?.ok === false) {
      if (state.error.kind === 'not-found') for (const { id } of list) found.set(id, 'gone')
      continue
    }
    const topicId = (state?.value ?? topics.get(topic))?.topicId ?? null
    const ids = await readTopicIds(deps.db, connection.id, topic)
    const isOfAnother = ({ diedAtMs }: { readonly diedAtMs: number }) =>
      madeAnewAt(topicId, ids, diedAtMs) !== null
    for (const one of list) if (isOfAnother(one)) found.set(one.id, 'gone')
    const there = list.filter((one) => !isOfAnother(one))
    const at = new Map<string, TombstoneOrigin>()
    const visit = (message: RawMessage) => {
      at.set(coordinateKey(message), message.value === null ? 'tombstone' : 'value')
    }
    const visited = await visitLetters(connection, there, visit, call)
    if (visited.ok) for (const one of there) found.set(one.id, at.get(coordinateKey(one)) ?? 'gone')
  }
  return found
}
