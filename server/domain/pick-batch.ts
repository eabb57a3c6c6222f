/** What decides which items may go in one batch. */
type Sendable = {
  readonly sourceTopic: string
  readonly sourcePartition: number
  readonly targetTopic: string
  readonly keyText: string | null
}

/**
 * The next batch: items of one dead-letter partition, that of the first item, at most so many. An item whose key was
 * passed over before, because its letter stands elsewhere, waits: messages of one key keep their order.
 */
export const pickBatch = <T extends Sendable>(items: readonly T[], most: number): T[] => {
  const [first] = items
  if (!first) return []
  /** Keys that were passed over, by target. */
  const passed = new Map<string, Set<string>>()
  const batch: T[] = []
  for (const item of items) {
    if (batch.length >= most) break
    const { keyText, targetTopic } = item
    if (item.sourcePartition === first.sourcePartition && item.sourceTopic === first.sourceTopic) {
      if (keyText === null || !passed.get(targetTopic)?.has(keyText)) batch.push(item)
    } else if (keyText !== null) {
      const keys = passed.get(targetTopic)
      if (keys) keys.add(keyText)
      else passed.set(targetTopic, new Set([keyText]))
    }
  }
  return batch
}
