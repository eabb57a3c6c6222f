import { expect, test } from 'vitest'
import { planFindings, sayArrivals, sayFinding } from './plan-findings.ts'

test('what still arrives is what died lately, not what was chosen', () => {
  const group = { lastSeenAtMs: 1_000_000, trend: [70, 0, 0, 3, 4, 5] }
  expect(sayArrivals([group], 1_020_000)).toBe('last death 20 s ago, 12 in the last 5 min')
})

/** Words by which a sentence speaks of several letters. */
const many =
  /^(are|have|were|do|hold|name|wait|go|stay|know)\b|\bthey\b|\b(sent|send|sending|restore|plan|try|read|to|of) them\b|\bthe copies\b|\btheir (headers|value|key|failure|copies|message)/

test('one letter is told of as one', () => {
  // To several targets go several.
  for (const code of Object.keys(planFindings) as (keyof typeof planFindings)[])
    if (code !== 'mixed-targets') expect(sayFinding(code, 1), code).not.toMatch(many)
  expect(sayFinding('not-waiting', 1)).toBe('does not wait any more')
  expect(sayFinding('not-waiting', 2)).toBe('do not wait any more')
})
