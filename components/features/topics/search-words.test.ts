import { expect, test } from 'vitest'
import type { ScanReport } from '#server/contracts/messages.ts'
import { matchWords, spentBudget, stopWords, sumScans } from './search-words.ts'

const scan = (more: Partial<ScanReport> = {}): ScanReport => ({
  partitions: 6,
  messages: '1200',
  bytes: '52000',
  durationMs: 41,
  stop: 'budget',
  backToMs: 1_795_240_000_000,
  budget: { messages: 200_000, bytes: 268_435_456, durationMs: 15_000 },
  errors: [],
  ...more,
})

test('the budget that was used up is named by what was reached first', () => {
  expect(spentBudget(scan({ messages: '200004' }))).toBe('200,000 messages')
  expect(spentBudget(scan({ bytes: '268500000' }))).toBe('268 MB')
  expect(spentBudget(scan())).toBe('15 s')
  expect(stopWords(scan({ messages: '200004' }))).toBe('stopped at the budget of 200,000 messages')
  expect(stopWords(scan({ stop: 'end' }))).toBe('all of it')
})

test('pages of one search are summed without rounding, and stopped where the last one did', () => {
  const sum = sumScans([scan({ bytes: '9007199254740993' }), scan({ bytes: '1', stop: 'end' })])
  expect(sum).toMatchObject({ messages: '2400', bytes: '9007199254740994', durationMs: 82, stop: 'end' })
  expect(sumScans([])).toBeNull()
})

test('matches are counted in words', () => {
  expect([matchWords(0), matchWords(1), matchWords(1_200)]).toEqual(['No match', '1 match', '1,200 matches'])
})
