import { expect, it } from 'vitest'
import { tabOfKey } from './topic-address.ts'

it.each([
  ['ArrowRight', 'messages', 'partitions'],
  ['ArrowRight', 'schema', 'messages'],
  ['ArrowLeft', 'messages', 'schema'],
  ['ArrowLeft', 'groups', 'partitions'],
  ['Home', 'config', 'messages'],
  ['End', 'messages', 'schema'],
  ['Enter', 'messages', undefined],
] as const)('%s leads from the tab %s to %s', (key, from, to) => {
  expect(tabOfKey(key, from)).toBe(to)
})
