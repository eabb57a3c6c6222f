import { expect, it } from 'vitest'
import { isMadeAnew, mayBeTopicId, nameTopicsById } from './topic-identity.ts'

it('takes a topic for made anew only by two ids that are known', () => {
  const none = '00000000-0000-0000-0000-000000000000'
  expect(isMadeAnew('a', 'b')).toBe(true)
  for (const [before, now] of [
    ['a', 'a'],
    [null, 'b'],
    ['a', null],
    [null, null],
    [none, 'b'],
    ['a', none],
  ] as const)
    expect(isMadeAnew(before, now)).toBe(false)
})

it('tells a topic by its id as brokers write it into headers, unless a topic is named like that', () => {
  const topicId = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const written = 'D4-tW9nLRp-hZXCGdyiVDg'
  expect(mayBeTopicId(written)).toBe(true)
  expect(nameTopicsById([{ name: 'orders', topicId }])(written)).toBe('orders')
  expect(nameTopicsById([{ name: 'orders', topicId: null }])(written)).toBeNull()
  const both = [
    { name: written, topicId: null },
    { name: 'orders', topicId },
  ]
  expect(nameTopicsById(both)(written)).toBe(written)
})
