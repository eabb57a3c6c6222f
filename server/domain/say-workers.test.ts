import { expect, test } from 'vitest'
import { sayWorkers } from './say-workers.ts'

test('workers are running or silent, never both', () => {
  expect(sayWorkers({ workers: 2, silent: 0, silentMs: null })).toBe('2 running')
  expect(sayWorkers({ workers: 1, silent: 1, silentMs: 9_400 })).toBe('1 running, 1 silent for 9 s')
})
