import { expect, test } from 'vitest'
import type { ScanReport } from '#server/contracts/messages.ts'
import { budgetChoices, matchWords, shownWords, spentBudget, stopWords } from './search-words.ts'

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

test('matches are counted in words', () => {
  expect([matchWords(0), matchWords(1), matchWords(1_200)]).toEqual(['No match', '1 match', '1,200 matches'])
})

test('rows are told apart from matches where there are more of these', () => {
  expect(shownWords(2, '2')).toBe('2 matches')
  expect(shownWords(50, '1200')).toBe('50 shown of 1,200 matches')
  expect(shownWords(3, undefined)).toBe('3 matches')
})

test('a budget is raised in steps up to the most that is allowed', () => {
  expect(budgetChoices(300_000_000, 1_000_000_000)).toEqual([250e6, 300e6, 500e6, 1_000e6])
  expect(budgetChoices(100, 100)).toEqual([100])
})
