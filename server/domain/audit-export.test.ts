import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChainedEntry, chainStart, hashEntry } from './audit-chain.ts'
import {
  beginVerification,
  endLine,
  endVerification,
  entryLine,
  headLine,
  sayVerification,
  verifyLine,
} from './audit-export.ts'

const entries = (count: number): ChainedEntry[] => {
  let previousHash = chainStart
  return Array.from({ length: count }, (_, index) => {
    const entry = {
      id: String(index + 1),
      atMs: 1_790_000_000_000 + index,
      actor: 'ada',
      action: 'start replay',
      target: `replay ${index}`,
      connection: index % 2 === 0 ? 'local' : null,
      result: 'allowed',
      detail: '“500” to orders, müde',
      reason: 'the card provider is back',
      about: ['replay:1', 'topic:orders'],
      facts: index === 0 ? '{"selection":{"letters":500}}' : null,
      previousHash,
    }
    previousHash = hashEntry(entry)
    return { ...entry, hash: previousHash }
  })
}
const fileOf = (all: readonly ChainedEntry[], whole = true): string[] =>
  [
    headLine({ exportedAt: '2026-11-21T12:00:00.000Z', whole, filter: {} }),
    ...all.map(entryLine),
    endLine({ entries: all.length, lastHash: all.at(-1)?.hash ?? chainStart }),
  ].map((line) => line.trimEnd())
const verify = (lines: readonly string[], expected: string | null = null) =>
  endVerification(lines.reduce(verifyLine, beginVerification), expected)
const say = (lines: readonly string[], expected: string | null = null) =>
  sayVerification(verify(lines, expected))

describe('an exported audit', () => {
  it('is verified as it was written', () => {
    const all = entries(5)
    expect(say(fileOf(all))).toBe(
      `Unbroken: 5 entries, each as it was written and none missing. Last hash ${all.at(-1)?.hash}.`,
    )
    expect(say(fileOf([]))).toContain('0 entries')
    expect(verify(fileOf(all), all.at(-1)?.hash).problem).toBeNull()
  })

  it('is broken when any character of it is changed', () => {
    const file = fileOf(entries(3)).join('\n')
    const inEntries = { min: file.indexOf('\n') + 1, max: file.lastIndexOf('\n') - 1 }
    fc.assert(
      fc.property(fc.integer(inEntries), fc.constantFrom('x', '7', '"', ' '), (at, character) => {
        const changed = file.slice(0, at) + character + file.slice(at + 1)
        const isSame = (() => {
          try {
            return (
              JSON.stringify(changed.split('\n').map((line) => JSON.parse(line))) ===
              JSON.stringify(file.split('\n').map((line) => JSON.parse(line)))
            )
          } catch {
            return false
          }
        })()
        expect(verify(changed.split('\n')).problem === null).toBe(isSame)
      }),
      { numRuns: 500 },
    )
  })

  it('tells of lines that are missing, put in, or in another order', () => {
    const file = fileOf(entries(4))
    expect(say(file.toSpliced(2, 1))).toBe(
      'BROKEN. Line 3: Entry 3 does not follow entry 1: between them something was removed, put in or moved.',
    )
    expect(say(file.toSpliced(4, 1))).toContain('says that it holds 4 entries, and holds 3')
    expect(say(file.slice(0, -1))).toContain('The file was cut off')
    expect(say([...file, file[1] ?? ''])).toContain('something stands after the end')
    expect(say(file.slice(1))).toContain('no exported audit')
    expect(say([])).toContain('empty')
    expect(say(file, 'f'.repeat(64))).toContain('not the one that was expected')
  })

  it('of picked entries tells of each that it is as written, and that it is a selection', () => {
    const picked = entries(6).filter((_, index) => index % 2 === 1)
    expect(say(fileOf(picked, false))).toMatch(/^3 entries, each as it was written\. The file is a selection/)
    const [one, ...rest] = picked
    if (one) expect(say(fileOf([{ ...one, actor: 'eve' }, ...rest], false))).toContain('Entry 2 was changed')
  })
})
