import type { GroupingRule } from '#server/contracts/failure-grouping.ts'
import { sayMany } from '../../patterns/quantity.ts'

export const messageUseTitles = {
  'without-frame': 'only where there is no frame',
  always: 'always',
  never: 'never',
} as const satisfies Record<GroupingRule['byMessage'], string>

/** What Spillway does where no rule fits: what a new rule begins with. */
export const plainRule: GroupingRule = {
  topics: '*',
  byClass: true,
  byFrame: true,
  byOriginTopic: true,
  byGroup: true,
  byMessage: 'without-frame',
  masks: [],
  ignoredFrames: [],
}

/** A rule in a line: `*-dlt: class, frame, message always; 2 masks`. */
export const sayRule = (rule: GroupingRule): string => {
  const { topics, byClass, byFrame, byOriginTopic, byGroup, byMessage, masks, ignoredFrames } = rule
  const parts = [
    byClass ? 'class' : null,
    byFrame ? 'frame' : null,
    byOriginTopic ? 'origin topic' : null,
    byGroup ? 'consumer group' : null,
    byMessage === 'never' ? null : byMessage === 'always' ? 'message' : 'message without a frame',
    masks.length === 0 ? null : sayMany(masks.length, 'mask'),
    ignoredFrames.length === 0 ? null : `${sayMany(ignoredFrames.length, 'frame')} ignored`,
  ]
  return `${topics}: ${parts.filter((part) => part !== null).join(', ')}`
}

/** Rules in a line. */
export const sayRules = (rules: readonly GroupingRule[]): string =>
  rules.length === 0 ? 'No rules: as Spillway groups by itself' : rules.map(sayRule).join('; ')
