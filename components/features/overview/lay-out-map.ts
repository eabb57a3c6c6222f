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

/**
 * Places services and topics from left to right in ranks, loops broken where that costs least and lines crossing
 * little (dagre: Gansner et al., "A Technique for Drawing Directed Graphs"). Lines run between nodes, not over them.
 */
export const layOutMap = ({ nodes, edges }: SystemMap): MapLayout => {
  const graph = new Graph({ multigraph: false })
  graph.setGraph({ rankdir: 'LR', nodesep: 10, edgesep: 8, ranksep: 30, marginx: 2, marginy: 2 })
  for (const { id, name } of nodes) graph.setNode(id, { width: widthOf(labelOf(name)), height: nodeHeight })
  const drawn = edges.filter(({ from, to }) => from !== to && graph.hasNode(from) && graph.hasNode(to))
  for (const { from, to, perMinute } of drawn)
    graph.setEdge(from, to, { weight: 1 + Math.round(Math.log10(1 + perMinute)) })
  layout(graph)
  const size = graph.graph() as { width?: number; height?: number }
  return {
    nodes: nodes.map((node) => {
      const { x = 0, y = 0, width = 0 } = graph.node(node.id) as { x?: number; y?: number; width?: number }
      return { ...node, label: labelOf(node.name), x: x - width / 2, y: y - nodeHeight / 2, width }
    }),
    edges: drawn.map((edge) => ({
      ...edge,
      path: pathThrough(((graph.edge(edge.from, edge.to) as { points?: Point[] }).points ?? []) as Point[]),
    })),
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
  }
}
