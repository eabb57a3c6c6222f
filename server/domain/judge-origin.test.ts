import { describe, expect, it } from 'vitest'
import { doubtOrigin, lacksPayload, madeAnewAt } from './judge-origin.ts'

const seen = (topicId: string, firstSeenAtMs: number) => ({ topicId, firstSeenAtMs })

describe('a topic was made anew since a death', () => {
  it('when another id stood there before and the present one was first seen after it', () => {
    expect(madeAnewAt('new', [seen('old', 100), seen('new', 500)], 300)).toBe(500)
  })
  it.each([
    ['the present id was there already', 'new', [seen('old', 100), seen('new', 200)], 300],
    ['only one id was ever seen: it may be older than whoever looked', 'new', [seen('new', 500)], 300],
    ['the broker gives no ids', null, [seen('old', 100)], 300],
    ['the present id was never seen', 'newest', [seen('old', 100)], 300],
    [
      'an id of nothing but zeros is none',
      'new',
      [seen('00000000-0000-0000-0000-000000000000', 100), seen('new', 500)],
      300,
    ],
  ] as const)('not when %s', (_why, topicId, ids, diedAtMs) => {
    expect(madeAnewAt(topicId, ids, diedAtMs)).toBeNull()
  })
})

describe('the record at the origin is in doubt', () => {
  const sound = { toldMs: 1_000n, timestampMs: 1_000n, diedAtMs: 5_000, isDeathTimeSure: true }
  it('when the letter tells another timestamp of it', () => {
    expect(doubtOrigin(sound)).toBeNull()
    expect(doubtOrigin({ ...sound, timestampMs: 1_001n })).toBe('other-time')
  })
  it('when it was written after the death, where the letter tells no timestamp', () => {
    const untold = { ...sound, toldMs: null }
    expect(doubtOrigin(untold)).toBeNull()
    expect(doubtOrigin({ ...untold, timestampMs: 900_000n })).toBe('written-after')
    expect(doubtOrigin({ ...untold, timestampMs: 900_000n, isDeathTimeSure: false })).toBeNull()
  })
  it('not when a record carries no timestamp', () => {
    expect(doubtOrigin({ ...sound, timestampMs: -1n })).toBeNull()
  })
})

it('a record lacks a payload only when both key and value are null: a tombstone has a key', () => {
  expect(lacksPayload({ key: null, value: null })).toBe(true)
  expect(lacksPayload({ key: Buffer.from('k'), value: null })).toBe(false)
  expect(lacksPayload({ key: null, value: Buffer.alloc(0) })).toBe(false)
})
