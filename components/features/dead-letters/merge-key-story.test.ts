import { expect, it } from 'vitest'
import type { KeyStory } from '#server/contracts/key-story.ts'
import { furtherOf, mergeKeyStory } from './merge-key-story.ts'

const look = (messages: string, goOnFrom: string | null) => ({
  messages,
  bytes: '10',
  stop: goOnFrom === null ? ('end' as const) : ('budget' as const),
  goOnFrom,
  problem: null,
})
const page = (newer: KeyStory['newer'], older: KeyStory['older']): KeyStory => ({
  keyText: 'k',
  topic: null,
  partition: 0,
  events: [],
  newer,
  older,
  moreLetters: 0,
  notLooked: null,
  degraded: [],
})

it('a look goes on in the directions that have more, and not again in one that has come to its end', () => {
  const first = page(look('100', '40'), look('3', null))
  expect(furtherOf([first])).toEqual({ newer: '40' })
  const second = page(look('50', null), null)
  expect(furtherOf([first, second])).toBeNull()
  expect(furtherOf([page(null, null)])).toBeNull()
})

it('looks are counted together', () => {
  const merged = mergeKeyStory([page(look('100', '40'), look('3', null)), page(look('50', null), null)])
  expect(merged?.newer).toMatchObject({ messages: '150', bytes: '20', goOnFrom: null })
  expect(merged?.older).toMatchObject({ messages: '3', goOnFrom: null })
  expect(mergeKeyStory([])).toBeUndefined()
})
