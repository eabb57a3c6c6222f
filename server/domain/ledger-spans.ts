/** Neighbouring offsets of a ledger's partition, from `first` (inclusive) to `next` (exclusive). */
export type LedgerSpan = { readonly first: bigint; readonly next: bigint }

/** Fewer records are read sooner than passed over: what stands behind them is asked for anew. */
export const leastPassedOver = 300n

/**
 * The offsets of records that a producer wrote itself as spans that are worth being passed over; those that the broker
 * did not tell, null, belong to none. What stands between two spans is another's, or a transaction's marker.
 */
export const spansOf = (offsets: readonly (bigint | null)[]): readonly LedgerSpan[] => {
  const spans: LedgerSpan[] = []
  let first: bigint | null = null
  let next = 0n
  const end = () => {
    if (first !== null && next - first >= leastPassedOver) spans.push({ first, next })
    first = null
  }
  for (const offset of offsets) {
    if (first !== null && offset !== next) end()
    if (offset === null) continue
    first ??= offset
    next = offset + 1n
  }
  end()
  return spans
}

/**
 * Where reading goes on from a position: past the span that holds it, if one does, and up to where the next begins; null:
 * to the end. The spans stand in the order of their offsets.
 */
export const nextToRead = (
  position: bigint,
  spans: readonly LedgerSpan[],
): { readonly from: bigint; readonly until: bigint | null } => {
  let from = position
  for (const { first, next } of spans) {
    if (first > from) return { from, until: first }
    if (next > from) from = next
  }
  return { from, until: null }
}
