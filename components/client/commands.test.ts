import { expect, it } from 'vitest'
import { type Command, commands } from './commands.ts'

it('no two commands share their keys, and none hides behind the beginning of another', () => {
  const keys = Object.values<Command>(commands).map((command) => command.keys)
  expect(new Set(keys).size).toBe(keys.length)
  const sequences = keys.filter((one) => one.includes(' '))
  for (const sequence of sequences) expect(keys).not.toContain(sequence.split(' ')[0])
})
