import { expect, test } from 'vitest'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { planTitle } from './start-words.ts'

const title = (plan: Partial<ReplayPlan>): string => planTitle({ edit: null, ...plan } as ReplayPlan)

test('a plan is named by how many of its letters may be sent', () => {
  expect(title({ ready: 500, total: 512 })).toBe('Replay 500 of 512 dead letters')
  expect(title({ ready: 512, total: 512 })).toBe('Replay 512 dead letters')
  expect(title({ ready: 1, total: 1 })).toBe('Replay 1 dead letter')
  expect(title({ ready: 0, total: 1 })).toBe('Nothing to replay of 1 dead letter')
})

test('a plan to requeue speaks of messages that wait', () => {
  const requeue = {} as NonNullable<ReplayPlan['requeue']>
  expect(title({ ready: 5, total: 6, requeue })).toBe('Requeue 5 of 6 waiting messages')
  expect(title({ ready: 0, total: 6, requeue })).toBe('Nothing to requeue of 6 waiting messages')
})
