import { Graph, layout } from '@dagrejs/dagre'
import type { Overview } from '#server/contracts/overview.ts'

type SystemMap = Overview['data']['map']
export type PlacedNode = SystemMap['nodes'][number] & {
  readonly label: string
  readonly x: number
  readonly y: number
  readonly width: number
}
export type PlacedEdge = SystemMap['edges'][number] & { readonly path: string }
export type MapLayout = {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
  readonly width: number
  readonly height: number
}

export const nodeHeight = 26
const mostLetters = 18
/** Of the 12 px text of a node, with its dot and the space around. */
const widthOf = (label: string): number => 32 + label.length * 6.7

const labelOf = (name: string): string =>
  name.length > mostLetters ? `${name.slice(0, mostLetters - 1)}…` : name

type Point = { readonly x: number; readonly y: number }

/** A smooth line through points: the corners become curves. */
const pathThrough = (points: readonly Point[]): string => {
  const [first, ...rest] = points
  if (!first) return ''
  const parts = [`M${Math.round(first.x)} ${Math.round(first.y)}`]
  let before = first
  for (const point of rest) {
    const middle = Math.round((before.x + point.x) / 2)
    parts.push(
      `C${middle} ${Math.round(before.y)} ${middle} ${Math.round(point.y)} ${Math.round(point.x)} ${Math.round(point.y)}`,
    )
    before = point
  }
  return parts.join(' ')
}

const isRetry = (name: string): boolean => /[-_.]retry([-_.]?\d+)?$/i.test(name)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Which edges stand the other way round for the layout: from a retry topic back to a service that reads something
 * else too. They close loops of their nature, and without this they would pull their service to the left.
 */
const turnedEdges = (nodes: SystemMap['nodes'], edges: SystemMap['edges']): ReadonlySet<string> => {
  const retries = new Set(
    nodes.filter(({ kind, name }) => kind === 'topic' && isRetry(name)).map(({ id }) => id),
  )
  const fed = new Set(edges.filter(({ from }) => !retries.has(from)).map(({ to }) => to))
  return new Set(
    edges.filter(({ from, to }) => retries.has(from) && fed.has(to)).map(({ from, to }) => `${from} ${to}`),
  )
}

/**
 * Places services and topics from left to right in ranks, loops broken where that costs least and lines crossing
 * little (dagre: Gansner et al., "A Technique for Drawing Directed Graphs"). Lines run between nodes, not over them. The same map is placed the same,
 * in whatever order it comes: what nothing leads to comes first, so that loops are broken at their way back.
 */
export const layOutMap = ({ nodes, edges }: SystemMap): MapLayout => {
  const graph = new Graph({ multigraph: false })
  graph.setGraph({ rankdir: 'LR', nodesep: 10, edgesep: 8, ranksep: 30, marginx: 2, marginy: 2 })
  const drawn = edges
    .filter(
      ({ from, to }) =>
        from !== to && nodes.some(({ id }) => id === from) && nodes.some(({ id }) => id === to),
    )
    .toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
  const turned = turnedEdges(nodes, drawn)
  const isTurned = ({ from, to }: { from: string; to: string }): boolean => turned.has(`${from} ${to}`)
  const reached = new Set(drawn.map((edge) => (isTurned(edge) ? edge.from : edge.to)))
  const sorted = nodes.toSorted(
    (a, b) => Number(reached.has(a.id)) - Number(reached.has(b.id)) || compare(a.id, b.id),
  )
  for (const { id, name } of sorted) graph.setNode(id, { width: widthOf(labelOf(name)), height: nodeHeight })
  for (const edge of drawn.filter(isTurned)) graph.setEdge(edge.to, edge.from, { weight: 1 })
  for (const edge of drawn)
    if (!isTurned(edge))
      graph.setEdge(edge.from, edge.to, { weight: 1 + Math.round(Math.log10(1 + edge.perMinute)) })
  const pointsOf = (edge: { from: string; to: string }): readonly Point[] => {
    const [from, to] = isTurned(edge) ? [edge.to, edge.from] : [edge.from, edge.to]
    const { points = [] } = graph.edge(from, to) as { points?: Point[] }
    return isTurned(edge) ? points.toReversed() : points
  }
  layout(graph)
  const size = graph.graph() as { width?: number; height?: number }
  return {
    nodes: sorted.map((node) => {
      const { x = 0, y = 0, width = 0 } = graph.node(node.id) as { x?: number; y?: number; width?: number }
      return { ...node, label: labelOf(node.name), x: x - width / 2, y: y - nodeHeight / 2, width }
    }),
    edges: drawn.map((edge) => ({
      ...edge,
      path: pathThrough(pointsOf(edge)),
    })),
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
  }
}
