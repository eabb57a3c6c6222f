import type { Overview } from '#server/contracts/overview.ts'

type SystemMap = Overview['data']['map']
export type PlacedNode = SystemMap['nodes'][number] & {
  readonly x: number
  readonly y: number
  readonly width: number
}
export type PlacedEdge = SystemMap['edges'][number] & {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}
export type MapLayout = {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
  readonly width: number
  readonly height: number
}

const nodeWidth = 132
export const nodeHeight = 26
const columnGap = 52
const rowGap = 10

/**
 * Places services and topics from left to right: a node stands one column right of the furthest that leads to it,
 * loops cut where they close; nodes of a column stand in the order of what leads to them, so that lines cross less.
 */
export const layOutMap = ({ nodes, edges }: SystemMap): MapLayout => {
  const known = new Set(nodes.map(({ id }) => id))
  const incoming = new Map<string, string[]>()
  for (const { from, to } of edges)
    if (known.has(from) && known.has(to) && from !== to) incoming.set(to, [...(incoming.get(to) ?? []), from])
  const columns = new Map<string, number>()
  const columnOf = (id: string, path: ReadonlySet<string>): number => {
    const done = columns.get(id)
    if (done !== undefined) return done
    const onPath = new Set(path).add(id)
    const before = (incoming.get(id) ?? [])
      .filter((from) => !onPath.has(from))
      .map((from) => columnOf(from, onPath) + 1)
    const column = Math.max(0, ...before)
    if (path.size === 0 || before.length === (incoming.get(id) ?? []).length) columns.set(id, column)
    return column
  }
  for (const { id } of nodes) columnOf(id, new Set())
  const byColumn = Map.groupBy(nodes, ({ id }) => columns.get(id) ?? 0)
  const placed = new Map<string, PlacedNode>()
  for (const column of [...byColumn.keys()].sort((a, b) => a - b)) {
    const weight = (id: string): number => {
      const ys = (incoming.get(id) ?? []).flatMap((from) => placed.get(from)?.y ?? [])
      return ys.length === 0 ? 0 : ys.reduce((sum, y) => sum + y, 0) / ys.length
    }
    const list = (byColumn.get(column) ?? []).sort(
      (a, b) => weight(a.id) - weight(b.id) || a.name.localeCompare(b.name),
    )
    for (const [row, node] of list.entries())
      placed.set(node.id, {
        ...node,
        x: column * (nodeWidth + columnGap),
        y: row * (nodeHeight + rowGap),
        width: nodeWidth,
      })
  }
  const all = [...placed.values()]
  return {
    nodes: all,
    edges: edges.flatMap((edge) => {
      const from = placed.get(edge.from)
      const to = placed.get(edge.to)
      if (!from || !to) return []
      const y1 = from.y + nodeHeight / 2
      const y2 = to.y + nodeHeight / 2
      return [{ ...edge, x1: from.x + nodeWidth, y1, x2: to.x, y2 }]
    }),
    width: Math.max(nodeWidth, ...all.map(({ x }) => x + nodeWidth)),
    height: Math.max(nodeHeight, ...all.map(({ y }) => y + nodeHeight)),
  }
}
