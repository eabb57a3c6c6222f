import type { AbortedTransaction } from './fetch.ts'
import { type Batch, isAbortMarker, isControl, isTransactional } from './record-batch.ts'

/** What a batch is to who reads committed: records to take, records of an aborted transaction, or a marker. */
export type BatchStanding = 'taken' | 'aborted' | 'marker'

/**
 * Tells aborted batches from committed ones in one fetch answer, its batches asked for in order. As the Java client does
 * it (`CompletedFetch`): a producer is aborting from the first offset of its aborted transaction to the abort marker.
 */
export const judgeBatches = (aborted: readonly AbortedTransaction[]): ((batch: Batch) => BatchStanding) => {
  const coming = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
  const aborting = new Set<bigint>()
  return (batch) => {
    for (let [first] = coming; first && first.firstOffset < batch.nextOffset; [first] = coming) {
      aborting.add(first.producerId)
      coming.shift()
    }
    if (isControl(batch)) {
      if (aborting.size > 0 && isAbortMarker(batch)) aborting.delete(batch.producerId)
      return 'marker'
    }
    return isTransactional(batch) && aborting.has(batch.producerId) ? 'aborted' : 'taken'
  }
}

/**
 * How the transactions of one answer that reaches beyond the last stable offset ended, as far as their markers came with
 * it: by the first marker of the producer after the batch; `open` when the answer reaches the end of the partition and
 * there is none; null when it can not be told.
 */
export const judgeUndecided = (
  batches: readonly Batch[],
  reachesEnd: boolean,
): ((batch: Batch) => 'committed' | 'aborted' | 'open' | null) => {
  const markers = batches.filter(isControl).map((batch) => ({ batch, aborts: isAbortMarker(batch) }))
  return ({ producerId, baseOffset }) => {
    const own = markers.find(({ batch }) => batch.producerId === producerId && batch.baseOffset > baseOffset)
    if (own) return own.aborts ? 'aborted' : 'committed'
    return reachesEnd ? 'open' : null
  }
}
