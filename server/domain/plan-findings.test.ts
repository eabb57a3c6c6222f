import { expect, test } from 'vitest'
import { sayArrivals } from './plan-findings.ts'

test('what still arrives is what died lately, not what was chosen', () => {
  const group = { lastSeenAtMs: 1_000_000, trend: [70, 0, 0, 3, 4, 5] }
  expect(sayArrivals([group], 1_020_000)).toBe('last death 20 s ago, 12 in the last 5 min')
})
