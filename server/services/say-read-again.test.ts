import { expect, test } from 'vitest'
import { sayReadAgain } from './say-read-again.ts'

const nowMs = 1_000_000
const record = (offset: bigint, idHeaders: readonly string[] = []) => ({
  partition: 0,
  offset,
  dueAtMs: nowMs + 60_000,
  idHeaders,
})
const waitingFor = (...groups: readonly string[]) => ({
  readers: groups.map((group) => ({ group, members: 1, committed: new Map([[0, 2n]]) })),
  spans: [{ partition: 0, from: 2n, end: 4n }],
})

test('one record is told of as one', () => {
  expect(sayReadAgain(waitingFor('pay-retry'), [record(3n)], nowMs)).toBe(
    ': pay-retry reads it again when it is due (in 1 min), and processes it twice unless the consumer recognises what it has processed; it carries no message id in its headers. While it is stopped its offsets can be moved past it: partition 0 to 4, which skips up to 1 more that is not in this plan',
  )
})

test('several records and groups are told of as many', () => {
  expect(sayReadAgain(waitingFor('a', 'b'), [record(2n, ['id']), record(3n)], nowMs)).toBe(
    ': a and b read them again when they are due (in 1 min), and process them twice unless the consumer recognises them by id, which only 1 carries. While they are stopped their offsets can be moved past them: partition 0 to 4',
  )
})
