import { GrowingNumbers } from './growing-numbers.ts'
import { isContainer, type JsonIndex } from './json-index.ts'

/** Which nodes are open: all down to a depth, but for those that were opened or closed by hand. */
export type Openness = {
  readonly depth: number
  readonly opened: ReadonlySet<number>
  readonly closed: ReadonlySet<number>
}

/** Of a small document everything is open; of a larger one so many levels that this many rows are not passed. */
const rowsAtFirst = 400

/** What is open before anybody chose. */
export const firstOpenness = (index: JsonIndex): Openness => {
  const perDepth: number[] = []
  // A sample is enough to tell how wide the first levels are.
  for (let node = 0; node < Math.min(index.count, 20_000); node++) {
    const depth = index.depth(node)
    perDepth[depth] = (perDepth[depth] ?? 0) + 1
  }
  let rows = perDepth[0] ?? 0
  let depth = 0
  for (let level = 1; level < perDepth.length; level++) {
    rows += perDepth[level] ?? 0
    if (rows > rowsAtFirst) break
    depth = level
  }
  return { depth: Math.max(1, depth), opened: new Set(), closed: new Set() }
}

export const isOpen = (index: JsonIndex, { depth, opened, closed }: Openness, node: number): boolean =>
  isContainer(index, node) && (opened.has(node) || (index.depth(node) < depth && !closed.has(node)))

/** Nodes in sight, in the order of the text. */
export const rowsInSight = (index: JsonIndex, openness: Openness): GrowingNumbers => {
  const rows = new GrowingNumbers()
  for (let node = 0; node < index.count; ) {
    rows.push(node)
    node = isContainer(index, node) && !isOpen(index, openness, node) ? index.next(node) : node + 1
  }
  return rows
}

/** Opens or closes one node. */
export const withOpen = (openness: Openness, node: number, open: boolean): Openness => {
  const opened = new Set(openness.opened)
  const closed = new Set(openness.closed)
  opened.delete(node)
  closed.delete(node)
  ;(open ? opened : closed).add(node)
  return { ...openness, opened, closed }
}

/** Opens all that a node stands within. */
export const revealing = (index: JsonIndex, openness: Openness, node: number): Openness => {
  let next = openness
  for (let at = index.parent(node); at >= 0; at = index.parent(at))
    if (!isOpen(index, next, at)) next = withOpen(next, at, true)
  return next
}

/** The place of a node among the rows, or -1. Rows rise. */
export const placeOf = (rows: GrowingNumbers, node: number): number => {
  let [low, high] = [0, rows.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = rows.at(middle)
    if (found === node) return middle
    if (found < node) low = middle + 1
    else high = middle - 1
  }
  return -1
}
