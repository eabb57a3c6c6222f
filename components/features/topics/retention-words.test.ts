import { expect, it } from 'vitest'
import { retentionWords } from './retention-words.ts'

it.each([
  ['delete', '604800000', null, 'delete after 7 d'],
  ['delete', '-1', '-1', 'delete: kept for ever'],
  ['delete', '-1', '1000000000', 'delete above 1.00 GB a partition'],
  ['compact', '604800000', null, 'compact'],
  ['compact,delete', '3600000', '5000', 'compact and delete after 1 h or above 5.00 kB a partition'],
  ['delete', null, null, 'delete'],
])('says %s with %s ms and %s bytes as %s', (cleanupPolicy, retentionMs, retentionBytes, words) => {
  expect(retentionWords({ cleanupPolicy, retentionMs, retentionBytes })).toBe(words)
})
