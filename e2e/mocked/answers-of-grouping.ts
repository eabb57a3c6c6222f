import { minutesAgo } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

type Grouping = Answer<'showGrouping'>
const rule: Grouping['rules'][number] = {
  topics: 'orders*',
  byClass: true,
  byFrame: true,
  byOriginTopic: true,
  byGroup: true,
  byMessage: 'always',
  masks: ['order-*'],
  ignoredFrames: ['com.shop.platform.'],
}
const change: Grouping['history'][number] = {
  id: '2',
  kind: 'rules',
  startedBy: 'anna',
  startedAt: minutesAgo(30),
  finishedAt: minutesAgo(29),
  total: 512,
  looked: 512,
  moved: 120,
  gone: 3,
  before: 9,
  after: 14,
  problem: null,
  rules: [rule],
}

/** Rules that hold, and letters that are moved after a merge. */
export const grouping: Grouping = {
  rules: [rule],
  changedBy: 'anna',
  changedAt: minutesAgo(30),
  running: { ...change, id: '3', kind: 'merge', rules: null, finishedAt: null, looked: 128, after: null },
  history: [change],
}
export const noRules: Grouping = { rules: [], changedBy: null, changedAt: null, running: null, history: [] }

export const preview: Answer<'previewGrouping'> = {
  now: 9,
  after: 14,
  merging: [
    {
      groups: [
        { id: 'a1', title: 'CardDeclinedException at PaymentClient.charge', letters: 300 },
        { id: 'a2', title: 'CardExpiredException at PaymentClient.charge', letters: 12 },
      ],
    },
  ],
  splitting: [
    {
      group: { id: 'a3', title: 'TimeoutException at BankClient.ask', letters: 200 },
      into: [
        { title: 'TimeoutException at BankClient.ask no answer of bank *', letters: 150 },
        { title: 'TimeoutException at BankClient.ask connection refused', letters: 50 },
      ],
    },
  ],
  merged: 2,
  split: 1,
  lookedAt: 512,
  total: 512,
  gone: 3,
  comingApart: 1,
}

export const split: Answer<'previewSplit'> = {
  matching: 4,
  lookedAt: 512,
  isAll: true,
  gone: 0,
  samples: [{ letterId: '7', message: 'timeout of bank 7' }],
}
