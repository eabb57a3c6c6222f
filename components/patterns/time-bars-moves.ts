type Held = { readonly anchor: number; readonly head: number }

/** The bars between anchor and head, in their order, both included. */
export const orderBars = ({ anchor, head }: Held): { readonly from: number; readonly to: number } => ({
  from: Math.min(anchor, head),
  to: Math.max(anchor, head),
})

/** Where a key leads among bars: arrows by one, Home and End to the ends, with Shift from the anchor on. Null: not a move. */
export const moveInBars = (held: Held | null, key: string, extend: boolean, count: number): Held | null => {
  if (count === 0) return null
  const from = held?.head ?? count - 1
  const target = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: count - 1 }[key]
  if (target === undefined) return null
  const head = Math.min(count - 1, Math.max(0, target))
  return { anchor: extend ? (held?.anchor ?? from) : head, head }
}
