import { expect, it } from 'vitest'
import { plainRule, sayRule } from './rule-words.ts'

it('says one mask and one frame otherwise than several', () => {
  expect(sayRule({ ...plainRule, topics: '*-dlt', masks: ['bank *'], ignoredFrames: ['com.shop.'] })).toBe(
    '*-dlt: class, frame, origin topic, consumer group, message without a frame, 1 mask, 1 frame ignored',
  )
  expect(sayRule({ ...plainRule, masks: ['a', 'b'] })).toMatch(/, 2 masks$/)
})
