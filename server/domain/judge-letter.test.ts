import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, refusalOf } from './judge-letter.ts'

const sound: Candidate = {
  targetTopic: 'orders',
  targetExists: true,
  targetIsDeadLetterTopic: false,
  record: { isTombstone: false, sizeBytes: 100, hasReplyTopic: false },
  maxMessageBytes: 1_000,
  lastOutcome: null,
}

/** A pointer record: neither key nor value. */
const empty = { isTombstone: true, isEmpty: true, sizeBytes: 0, hasReplyTopic: false }

describe('a letter may be replayed', () => {
  it('when nothing speaks against it, also again after it came back', () => {
    expect(refusalOf(sound)).toBeNull()
    for (const lastOutcome of ['RETURNED', 'FAILED', 'SKIPPED', 'UNKNOWN'])
      expect(refusalOf({ ...sound, lastOutcome })).toBeNull()
  })
})

describe('a letter is refused', () => {
  it.each([
    ['discarded', { disposition: 'discarded', record: null }],
    ['archived', { disposition: 'archived' }],
    ['expired', { record: null }],
    ['origin-unknown', { targetTopic: null }],
    ['target-missing', { targetExists: false }],
    ['target-denied', { targetIsDenied: true }],
    ['target-is-dead-letter-topic', { targetIsDeadLetterTopic: true }],
    ['being-replayed', { lastOutcome: 'SENT' }],
    ['already-settled', { lastOutcome: 'SETTLED' }],
    ['tombstone', { record: { isTombstone: true, sizeBytes: 0, hasReplyTopic: false } }],
    ['origin-unreadable', { record: { ...empty, originIsUnreadable: true } }],
    ['origin-empty', { record: { ...empty, originIsTombstone: true } }],
    ['loop-cap', { isLooping: true }],
    [
      'keyless',
      {
        targetIsCompacted: true,
        record: { ...sound.record, isTombstone: false, isKeyless: true, sizeBytes: 1, hasReplyTopic: false },
      },
    ],
    ['unrecoverable', { record: { ...empty, originIsGone: true } }],
    // What it points to is there, but a copy of the letter itself would be a null.
    ['tombstone', { record: empty }],
    ['too-large', { maxMessageBytes: 99 }],
  ] as const)('as %s', (code, change) => {
    expect(refusalOf({ ...sound, ...change })).toBe(code)
  })
  it('never sent as a tombstone, whatever else is true', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.option(fc.constantFrom('SENT', 'SETTLED', 'RETURNED')),
        fc.boolean(),
        fc.boolean(),
        (targetExists, lastOutcome, isEmpty, originIsGone) => {
          const record = { isTombstone: true, isEmpty, originIsGone, sizeBytes: 1, hasReplyTopic: false }
          expect(refusalOf({ ...sound, targetExists, lastOutcome, record })).not.toBeNull()
        },
      ),
    )
  })
})
