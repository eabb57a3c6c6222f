import { expect, it } from 'vitest'
import type { ExportProgress, ExportReport } from '#server/contracts/export-messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { endWords, readWords, writtenWords } from './export-words.ts'

const report: ExportReport = {
  exported: 12_400,
  limit: 1_000_000,
  complete: true,
  stop: 'end',
  problem: null,
  registryProblem: null,
  partitions: 6,
  messages: '2904113',
  bytes: '1310000000',
  durationMs: 12_000,
  backToMs: null,
  budget: { messages: 1e9, bytes: 1_310_000_000, durationMs: 60_000 },
  errors: [],
}
const progress: ExportProgress = {
  state: 'complete',
  rows: 12_400,
  fileBytes: 8_200_000,
  messages: '2904113',
  bytes: '1310000000',
  startedAt: 0,
  endedAt: 12_000,
  durationMs: 12_000,
  report,
  problem: null,
}
const ended = (state: ExportProgress['state'], more: Partial<ExportReport> = {}, rows = 12_400) =>
  endWords({
    ...progress,
    state,
    rows,
    report: { ...report, ...more },
    problem: more.problem ?? null,
  })

it('says how much is written and of how much it was read', () => {
  expect(writtenWords(progress)).toBe('12,400 rows · 8.20 MB')
  expect(writtenWords({ ...progress, rows: 1, fileBytes: 80 })).toBe('1 row · 80 B')
  expect(readWords(progress)).toBe('of 2,904,113 messages, 1.31 GB read in 12 s')
})

it('says how it ended and what that means for the file', () => {
  expect(endWords({ ...progress, state: 'running', report: null })).toEqual([])
  expect(ended('complete')).toEqual(['Everything that fits is in the file.'])
  expect(ended('limited', { exported: 50, stop: 'enough' }, 50)).toEqual([
    'The 50 rows that were asked for; more may fit.',
  ])
  expect(ended('partial', { stop: 'budget' })).toEqual(['It stopped at the budget of 1.31 GB; more may fit.'])
  expect(
    ended('partial', {
      errors: [{ topic: 'orders' as TopicName, partition: 3, detail: 'it has no leader.' }],
    }),
  ).toEqual([
    'Not everything that fits could be read.',
    'Partition 3 of orders could not be read to its end: it has no leader.',
  ])
  expect(ended('cancelled', { stop: 'cancelled' }, 10)).toEqual([
    'The file keeps 10 rows; its last line says that it was cancelled.',
  ])
})

it('says why it failed: before a file was written, cut short, or ended with its report', () => {
  const failed = { ...progress, state: 'failed', report: null } as const
  expect(endWords({ ...failed, rows: 0, problem: 'There is no topic named x.' })).toEqual([
    'There is no topic named x.',
    'No file was written.',
  ])
  expect(endWords({ ...failed, problem: 'Spillway has failed; its log says why.' })[1]).toBe(
    'The file was cut short.',
  )
  expect(ended('failed', { problem: 'The broker does not answer.', stop: 'error', complete: false })).toEqual(
    [
      'The broker does not answer.',
      'The file holds 12,400 rows of what fits; its last line says that it is not complete.',
    ],
  )
})
