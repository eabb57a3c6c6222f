/**
 * How far a partition of the ledger is known. What a producer wrote itself stands in its items as well: it need not be
 * read back, which takes as long as sending it, as long as nobody else has written between.
 */
export type LedgerKnown = {
  /** The offset before which all is known; null: nobody knows any more. */
  readonly next: bigint | null
  /** Whether what comes before it ends with records of this producer, whose transaction's marker stands behind them. */
  readonly isOwn: boolean
}

/** Offsets from `from` (inclusive) to `to` (exclusive) that are known without being read. */
export type LedgerAdvance = { readonly from: bigint; readonly to: bigint }

const unknown: LedgerKnown = { next: null, isOwn: false }

/**
 * How far the ledger is known once records of a committed transaction stand at these offsets, in their order; null where
 * the broker did not tell one. No advance: something else may stand between.
 */
export const advanceKnown = (
  { next: from, isOwn }: LedgerKnown,
  offsets: readonly (bigint | null)[],
): { readonly known: LedgerKnown; readonly advance: LedgerAdvance | null } => {
  const [first, last] = [offsets[0] ?? null, offsets.at(-1) ?? null]
  if (from === null || first === null || last === null) return { known: unknown, advance: null }
  // One offset between is the marker that ended this producer's transaction before: it stands before the next can begin.
  const isNext = first === from || (isOwn && first === from + 1n)
  if (!isNext || last - first !== BigInt(offsets.length - 1)) return { known: unknown, advance: null }
  return { known: { next: last + 1n, isOwn: true }, advance: { from, to: last + 1n } }
}
