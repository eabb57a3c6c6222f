import type { Overview, Trouble } from '#server/contracts/overview.ts'
import type { Colour } from './overview-troubles.ts'

export type MapFacts = {
  /** Spans a minute by service, topic and direction. */
  readonly flows: readonly {
    readonly service: string
    readonly topic: string | null
    readonly kind: 'producer' | 'consumer' | 'other'
    readonly group: string | null
    readonly perMinute: number
  }[]
  /** What the groups' progress says, for readers that send no spans. */
  readonly groups: readonly { readonly group: string; readonly topic: string; readonly perMinute: number }[]
  readonly colours: readonly Colour[]
}

type OverviewMap = Overview['data']['map']

const worse = (a: Trouble['severity'] | null, b: Trouble['severity']): Trouble['severity'] => {
  const order = ['critical', 'warning', 'info'] as const
  return a !== null && order.indexOf(a) <= order.indexOf(b) ? a : b
}

/**
 * Services and topics with the rate between them. Spans say who writes and reads, groups how much; a group without spans
 * stands for its service. A node takes the colour of the worst trouble that names it.
 */
export const makeOverviewMap = ({ flows, groups, colours }: MapFacts): OverviewMap => {
  const nodes = new Map<string, OverviewMap['nodes'][number]>()
  const edges = new Map<string, OverviewMap['edges'][number]>()
  const node = (kind: 'service' | 'topic', name: string): string => {
    const id = `${kind}:${name}`
    if (!nodes.has(id)) nodes.set(id, { id, kind, name, trouble: null })
    return id
  }
  const connect = (from: string, to: string, perMinute: number) => {
    const key = JSON.stringify([from, to])
    const edge = edges.get(key) ?? { from, to, perMinute: 0 }
    edge.perMinute += perMinute
    edges.set(key, edge)
    return edge
  }
  const serviceOfGroup = new Map<string, string>()
  const readersOf = new Map<string, Set<string>>()
  for (const { service, topic, kind, group, perMinute } of flows) {
    if (topic === null || kind === 'other') continue
    const [serviceId, topicId] = [node('service', service), node('topic', topic)]
    if (kind === 'producer') connect(serviceId, topicId, perMinute)
    else {
      connect(topicId, serviceId, perMinute)
      readersOf.set(topic, (readersOf.get(topic) ?? new Set()).add(service))
      if (group !== null) serviceOfGroup.set(group, service)
    }
  }
  const measured = new Map<OverviewMap['edges'][number], number>()
  for (const { group, topic, perMinute } of groups) {
    // Spans that do not name their group: groups are by habit called after their service.
    const namesake = [...(readersOf.get(topic) ?? [])].find(
      (service) =>
        group === service ||
        group.startsWith(`${service}-`) ||
        group.startsWith(`${service}.`) ||
        // Kafka Connect names the group of a sink after its connector.
        group === `connect-${service}`,
    )
    if (namesake !== undefined && !serviceOfGroup.has(group)) serviceOfGroup.set(group, namesake)
    const edge = connect(node('topic', topic), node('service', serviceOfGroup.get(group) ?? group), 0)
    measured.set(edge, (measured.get(edge) ?? 0) + perMinute)
  }
  // What a group has committed counts every message; spans may be a sample.
  for (const [edge, perMinute] of measured) edge.perMinute = perMinute
  for (const { severity, topics, readers } of colours) {
    const ids = [
      ...topics.map((name) => `topic:${name}`),
      ...readers.map((name) => `service:${serviceOfGroup.get(name) ?? name}`),
    ]
    for (const id of ids) {
      const found = nodes.get(id)
      if (found) found.trouble = worse(found.trouble, severity)
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}
