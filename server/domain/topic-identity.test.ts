import { expect, it } from 'vitest'
import { isMadeAnew } from './topic-identity.ts'

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
