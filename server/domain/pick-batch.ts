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
  const passed = new Set<string>()
  const batch: T[] = []
  for (const item of items) {
    if (batch.length >= most) break
    const key = item.keyText === null ? null : `${item.targetTopic}\n${item.keyText}`
    const isElsewhere =
      item.sourceTopic !== first.sourceTopic || item.sourcePartition !== first.sourcePartition
    if (isElsewhere) {
      if (key !== null) passed.add(key)
    } else if (key === null || !passed.has(key)) batch.push(item)
  }
  return batch
}
