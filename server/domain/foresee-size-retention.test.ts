import fc from 'fast-check'
import { expect, it } from 'vitest'
import { foreseeSizeRetention, type SizedPartition } from './foresee-size-retention.ts'

const partition = (more: Partial<SizedPartition> = {}): SizedPartition => ({
  start: 1_000n,
  end: 2_000n,
  bytes: 1_000_000n,
  retentionBytes: 2_000_000n,
  recentMessages: 0n,
  ...more,
})

it('foresees nothing while limit and what may come leave room', () => {
  expect(foreseeSizeRetention(partition())).toBeNull()
  expect(foreseeSizeRetention(partition({ recentMessages: 500n }))).toBeNull()
})

it('foresees the oldest where what came lately would push them out', () => {
  // 1 MB is there and twice 600 kB may come: 200 kB of it would be too much.
  expect(foreseeSizeRetention(partition({ recentMessages: 600n }))).toBe(1_200n)
  // A tenth of the limit may always come.
  expect(foreseeSizeRetention(partition({ retentionBytes: 1_000_000n }))).toBe(1_100n)
})

it('foresees nothing without a limit, and where nothing stands', () => {
  expect(foreseeSizeRetention(partition({ retentionBytes: -1n }))).toBeNull()
  expect(foreseeSizeRetention(partition({ start: 2_000n }))).toBeNull()
  expect(foreseeSizeRetention(partition({ bytes: 0n }))).toBeNull()
})

it('stays within the partition, and the more comes, the more is due', () => {
  const big = (max: number) => fc.integer({ min: 0, max }).map(BigInt)
  fc.assert(
    fc.property(
      big(1e9),
      big(1e6),
      big(1e9),
      big(1e9),
      big(1e6),
      big(1e6),
      (start, messages, bytes, retentionBytes, one, more) => {
        const of = (recentMessages: bigint) =>
          foreseeSizeRetention({ start, end: start + messages, bytes, retentionBytes, recentMessages })
        const [less, later] = [of(one), of(one + more)]
        for (const to of [less, later])
          if (to !== null) expect(to > start && to <= start + messages).toBe(true)
        expect((later ?? 0n) >= (less ?? 0n)).toBe(true)
      },
    ),
  )
})
