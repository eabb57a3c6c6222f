import fc from 'fast-check'
import { expect, it } from 'vitest'
import { layOutMap, nodeHeight } from './lay-out-map.ts'

const maps = fc
  .record({
    names: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 }),
    links: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 24 }),
  })
  .map(({ names, links }) => ({
    nodes: names.map((name) => ({ id: name, name, kind: 'service' as const, trouble: null })),
    edges: links.map(([from, to]) => ({
      from: names[from % names.length] ?? '',
      to: names[to % names.length] ?? '',
      perMinute: 1,
    })),
  }))

it('places every node once, none over another, whatever the loops', () => {
  fc.assert(
    fc.property(maps, (map) => {
      const { nodes } = layOutMap(map)
      expect(nodes).toHaveLength(map.nodes.length)
      for (const a of nodes)
        for (const b of nodes)
          if (a.id !== b.id && a.x < b.x + b.width && b.x < a.x + a.width)
            expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(nodeHeight)
    }),
  )
})

it('stands a chain from left to right', () => {
  const node = (id: string) => ({ id, name: id, kind: 'service' as const, trouble: null })
  const edge = (from: string, to: string) => ({ from, to, perMinute: 1 })
  const { nodes } = layOutMap({
    nodes: [node('c'), node('b'), node('a')],
    edges: [edge('a', 'b'), edge('b', 'c'), edge('c', 'a')],
  })
  const x = (id: string) => nodes.find((one) => one.id === id)?.x ?? -1
  expect(new Set([x('a'), x('b'), x('c')]).size).toBe(3)
})

const shop = (() => {
  const topics = ['checkouts', 'orders', 'orders-retry-0', 'orders-retry-1', 'paid']
  const services = ['storefront', 'order-service', 'payments']
  return {
    nodes: [
      ...topics.map((name) => ({ id: `topic:${name}`, name, kind: 'topic' as const, trouble: null })),
      ...services.map((name) => ({ id: name, name, kind: 'service' as const, trouble: null })),
    ],
    edges: [
      ['storefront', 'topic:checkouts'],
      ['topic:checkouts', 'order-service'],
      ['order-service', 'topic:orders'],
      ['topic:orders', 'payments'],
      ['payments', 'topic:orders-retry-0'],
      ['topic:orders-retry-0', 'payments'],
      ['topic:orders-retry-0', 'topic:orders-retry-1'],
      ['topic:orders-retry-1', 'payments'],
      ['payments', 'topic:paid'],
      ['topic:paid', 'order-service'],
    ].map(([from = '', to = '']) => ({ from, to, perMinute: from.includes('retry') ? 500 : 10 })),
  }
})()

it('stands readers right of what they read, also where retries and answers close loops', () => {
  const { nodes, edges } = layOutMap(shop)
  const x = (id: string) => nodes.find((one) => one.id === id)?.x ?? -1
  const order = ['storefront', 'topic:checkouts', 'order-service', 'topic:orders', 'payments', 'topic:paid']
  expect(order.toSorted((a, b) => x(a) - x(b))).toEqual(order)
  expect(x('topic:orders-retry-0')).toBeGreaterThan(x('payments'))
  expect(x('topic:orders-retry-1')).toBeGreaterThan(x('payments'))
  for (const { path } of edges) expect(path).toMatch(/^M/)
})

it('places the same map the same, in whatever order it comes', () => {
  const first = layOutMap(shop)
  fc.assert(
    fc.property(
      fc.shuffledSubarray(shop.nodes, { minLength: shop.nodes.length }),
      fc.shuffledSubarray(shop.edges, { minLength: shop.edges.length }),
      (nodes, edges) => {
        expect(layOutMap({ nodes, edges })).toEqual(first)
      },
    ),
  )
})
