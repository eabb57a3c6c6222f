import { expect, it } from 'vitest'
import { makeIdempotencyMemory } from './idempotency-memory.ts'

it('what was done is remembered up to a limit, the newest first', () => {
  const memory = makeIdempotencyMemory(2)
  for (const key of ['a', 'b', 'b', 'c']) memory.add(key)
  expect(['a', 'b', 'c'].map(memory.has)).toEqual([false, true, true])
})
