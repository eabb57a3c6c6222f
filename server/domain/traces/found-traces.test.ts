import { expect, test } from 'vitest'
import { sayTrace, sortFoundTraces } from './found-traces.ts'

const poll = { services: ['payments'], spans: 1, errors: 0, startMs: 90_000 }
const older = { services: ['shop', 'payments'], spans: 14, errors: 2, startMs: 10_000 }
const newer = { ...older, startMs: 20_000 }

test('traces over many services come before polls of one, then the newest', () => {
  expect(sortFoundTraces([poll, older, newer])).toEqual([newer, older, poll])
})

test('say their size and age, and errors where there are some', () => {
  expect(sayTrace(poll, 100_000)).toBe('1 service, 1 span, 10 s ago')
  expect(sayTrace(older, 100_000)).toBe('2 services, 14 spans, 2 errors, 1 min 30 s ago')
})
