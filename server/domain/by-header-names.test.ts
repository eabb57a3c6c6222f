import { describe, expect, it, vi } from 'vitest'
import { byHeaderNames } from './by-header-names.ts'
import { defaultDeadLetterRules, makeDeadLetterRules } from './dead-letter-rules.ts'

const of = (...names: string[]) => names.map((name) => ({ name, value: null }))

describe('what follows from the names of headers', () => {
  it('is found once for a list of names and rules, and is never that of another list', () => {
    const find = vi.fn((headers: readonly { name: string }[]) => headers.map(({ name }) => name).join('|'))
    const found = byHeaderNames(find)
    for (let round = 0; round < 3; round++) {
      expect(found(of('a', 'b'), defaultDeadLetterRules)).toBe('a|b')
      expect(found(of('a', 'b'), defaultDeadLetterRules)).toBe('a|b')
      expect(found(of('b', 'a'), defaultDeadLetterRules)).toBe('b|a')
      expect(found(of('a|b'), defaultDeadLetterRules)).toBe('a|b')
      expect(found([], defaultDeadLetterRules)).toBe('')
    }
    expect(find).toHaveBeenCalledTimes(4)
    found(of('a', 'b'), makeDeadLetterRules())
    expect(find).toHaveBeenCalledTimes(5)
  })
  it('is remembered for a bounded number of lists', () => {
    const find = vi.fn(() => 1)
    const found = byHeaderNames(find)
    for (let name = 0; name < 1_000; name++) found(of(`n${name}`), defaultDeadLetterRules)
    found(of('n999'), defaultDeadLetterRules)
    expect(find).toHaveBeenCalledTimes(1_000)
    found(of('n0'), defaultDeadLetterRules)
    expect(find).toHaveBeenCalledTimes(1_001)
  })
})
