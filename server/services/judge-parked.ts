import type { ItemChange, ItemRecord } from '#server/repositories/replay-items.ts'
import { findLettersOfItems } from '#server/repositories/waiting-records.ts'
import type { Connection, Deps } from './deps.ts'

/**
 * What became of parked copies: one is settled when it stands in the inbox as a dead letter. Nobody is waited for to
 * consume it.
 */
export const judgeParked = async (
  deps: Deps,
  connection: Connection,
  items: readonly ItemRecord[],
  giveUpMs: number,
): Promise<ItemChange[]> => {
  const letters = await findLettersOfItems(
    deps.db,
    connection.id,
    items.map(({ id }) => id),
  )
  const nowMs = deps.clock.nowMs()
  return items.flatMap(({ id, targetTopic, sentAtMs }): ItemChange[] => {
    const letter = letters.get(id)
    if (letter !== undefined)
      return [
        {
          id,
          outcome: 'SETTLED',
          proof: `parked: stands in the inbox as dead letter ${letter}`,
          outcomeAtMs: nowMs,
        },
      ]
    if (nowMs - (sentAtMs ?? nowMs) < giveUpMs) return []
    const proof = `sent to ${targetTopic}, but not read into the inbox within ${Math.round(giveUpMs / 60_000)} min: is ${targetTopic} read as a dead-letter topic?`
    return [{ id, outcome: 'UNKNOWN', proof, outcomeAtMs: nowMs }]
  })
}
