import { describe, expect, it } from 'vitest'
import { saySelection, sayTooMany } from './say-selection.ts'

const none = { picked: null, groups: 0, filter: {} }

describe('how letters were chosen', () => {
  it('is said for groups, by hand and by all that a filter holds', () => {
    expect(saySelection({ ...none, groups: 1 })).toBe('the letters of a failure group')
    expect(saySelection({ ...none, groups: 1_200 })).toBe('the letters of 1,200 failure groups')
    expect(saySelection({ ...none, picked: 3 })).toBe('3 picked by hand')
    expect(saySelection({ ...none, groups: 1, originTopic: 'orders' })).toBe(
      'the letters of a failure group, of these those that died in orders',
    )
    expect(
      saySelection({
        ...none,
        filter: {
          topic: 'orders-dlt',
          partition: 0,
          key: 'k',
          q: 'declined',
          standing: 'open',
          diedFrom: 0,
          diedTo: 1_000,
        },
      }),
    ).toBe(
      'all letters in orders-dlt, in partition 0, with the key k, with the text “declined”, not put away, that died from 1970-01-01 00:00:00 UTC on, that died before 1970-01-01 00:00:01 UTC',
    )
  })

  it('tells how many are too many, and what to do', () => {
    expect(sayTooMany(123_456, 100_000)).toBe(
      '123,456 dead letters fit, and a plan takes at most 100,000. Choose fewer by topic, partition, key or time of death, and plan the rest after them.',
    )
  })
})
