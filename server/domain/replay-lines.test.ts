import { expect, it } from 'vitest'
import { findKeptHashes, lineOf, linesHashFact, sayHowToCheck } from './replay-lines.ts'

const item = {
  seq: 0,
  sourceTopic: 'orders-dlt',
  sourceTopicId: 'AbC',
  sourcePartition: 2,
  sourceOffset: 9_007_199_254_740_993n,
  attempt: 1,
  targetTopic: 'orders',
  outcome: 'SETTLED',
  targetPartition: 3,
  targetOffset: 5n,
}

it('a line tells where the letter stood, where its copy stands, and what came of it', () => {
  expect(lineOf(item)).toBe('1 AbC 2 9007199254740993 1 orders SETTLED 3@5')
  expect(lineOf({ ...item, sourceTopicId: null, targetOffset: null, outcome: 'SKIPPED' })).toBe(
    '1 orders-dlt 2 9007199254740993 1 orders SKIPPED -',
  )
})

it('the hashes of the audit are those of the start and of the latest end', () => {
  const entries = [
    { id: '1', facts: { selection: { [linesHashFact]: 'a' } } },
    { id: '2', facts: null },
    { id: '3', facts: { outcome: { [linesHashFact]: 'b' } } },
    { id: '4', facts: { outcome: { [linesHashFact]: 'c' } } },
  ]
  const kept = findKeptHashes(entries)
  expect(kept).toEqual({ start: { entry: '1', hash: 'a' }, end: { entry: '4', hash: 'c' } })
  expect(findKeptHashes([])).toEqual({ start: null, end: null })
  const told = sayHowToCheck(kept, { coordinates: 'a', outcomes: 'd' })
  expect(told).toContain('entry 1 of the audit has a. The lines of this report have the same')
  expect(told).toContain(
    'entry 4 of the audit has c. The lines of this report have d: they are not what they were',
  )
})
