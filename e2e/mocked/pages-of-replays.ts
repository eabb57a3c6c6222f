import * as failures from './answers-of-failure-groups.ts'
import { noRules } from './answers-of-grouping.ts'
import { nothingKnown, story } from './answers-of-letters.ts'
import { missing, oneThing, type PageCase } from './page-case.ts'
import type { Script } from './script-api.ts'

const noReplays: Script = { listReplays: { body: { replays: [], nextCursor: null } } }

/** Pages of dead letters and of their replays. */
export const pagesOfReplays: readonly PageCase[] = [
  {
    name: 'dead letters',
    path: '/local/dead-letters',
    main: 'listFailureGroups',
    empty: {
      state: 'empty',
      script: { listFailureGroups: { body: failures.failureGroupsOf() } },
      says: 'No open failure groups',
    },
    filtered: {
      path: '/local/dead-letters?q=nothing',
      script: { listFailureGroups: { body: failures.failureGroupsOf() } },
      clear: 'Clear filter',
    },
  },
  {
    name: 'failure group',
    path: '/local/failure-groups/a37c9b4b4d4c76d5',
    main: 'showFailureGroup',
    empty: missing('showFailureGroup', 'failure group a37c9b4b4d4c76d5'),
    filtered: oneThing,
  },
  {
    name: 'grouping rules',
    path: '/local/failure-grouping',
    main: 'showGrouping',
    empty: {
      state: 'good',
      script: { showGrouping: { body: noRules } },
      says: 'Nobody has changed how Spillway groups letters',
    },
    filtered: oneThing,
  },
  {
    name: 'evidence of a failure group',
    path: '/local/failure-groups/a37c9b4b4d4c76d5',
    main: 'showFailureGroupEvidence',
    empty: {
      state: 'empty',
      script: {
        showFailureGroupEvidence: {
          body: { ...failures.failureGroupEvidence, lookedAt: 0, samples: [], times: [], partitions: [] },
        },
      },
      says: 'No letter of this group is indexed any more',
    },
    filtered: oneThing,
  },
  {
    name: 'letters of a failure group',
    path: '/local/failure-groups/a37c9b4b4d4c76d5',
    main: 'listDeadLetters',
    empty: {
      state: 'empty',
      script: {
        listDeadLetters: { body: { letters: [], nextCursor: null, total: 0, upToId: null, auditId: '40' } },
      },
      says: 'No letter of this group is kept any more',
    },
    filtered: {
      path: '/local/failure-groups/a37c9b4b4d4c76d5?standing=archived',
      script: {
        listDeadLetters: { body: { letters: [], nextCursor: null, total: 0, upToId: null, auditId: '40' } },
      },
      clear: 'Show all letters',
    },
  },
  {
    name: 'letters of all failure groups',
    path: '/local/letters',
    main: 'listDeadLetters',
    empty: {
      state: 'empty',
      script: {
        listDeadLetters: { body: { letters: [], nextCursor: null, total: 0, upToId: null, auditId: '40' } },
      },
      says: 'No letter is indexed',
    },
    filtered: {
      path: '/local/letters?topic=orders-dlt&partition=3',
      script: {
        listDeadLetters: { body: { letters: [], nextCursor: null, total: 0, upToId: null, auditId: '40' } },
      },
      clear: 'Show all letters',
    },
  },
  {
    name: 'dead letter',
    path: '/local/dead-letters/7',
    main: 'showDeadLetter',
    empty: missing('showDeadLetter', 'dead letter 7'),
    filtered: oneThing,
  },
  {
    name: 'edit of a dead letter',
    path: '/local/dead-letters/7/edit',
    main: 'showLetterEdit',
    empty: missing('showLetterEdit', 'dead letter 7'),
    filtered: oneThing,
  },
  {
    name: 'moment of a dead letter',
    path: '/local/dead-letters/7',
    main: 'showLetterMoment',
    empty: {
      state: 'good',
      script: { showLetterMoment: { body: nothingKnown } },
      says: 'Lag at its death is not known. It died before the oldest sample',
    },
    filtered: oneThing,
  },
  {
    name: 'key of a dead letter',
    path: '/local/dead-letters/7',
    main: 'showKeyStory',
    empty: {
      state: 'empty',
      script: { showKeyStory: { body: { ...story, events: [] } } },
      says: 'Nothing is known of this key',
    },
    filtered: oneThing,
  },
  {
    name: 'replays',
    path: '/local/replays',
    main: 'listReplays',
    empty: { state: 'empty', script: noReplays, says: 'Nothing has been replayed yet' },
    filtered: { none: 'replays are not filtered yet' },
  },
  {
    name: 'edits that wait for approval',
    path: '/local/replays',
    main: 'listEdits',
    loading: { none: 'mostly none waits: a place that is held for them would go' },
    empty: { none: 'where none waits, nothing is said of them' },
    filtered: oneThing,
  },
  {
    name: 'replay plan',
    path: '/local/replays/plans/7',
    main: 'showReplayPlan',
    empty: missing('showReplayPlan', 'plan 7'),
    filtered: oneThing,
  },
  {
    name: 'replay',
    path: '/local/replays/42',
    main: 'showReplay',
    empty: missing('showReplay', 'replay 42'),
    filtered: oneThing,
  },
  {
    name: 'errors of returned copies',
    path: '/local/replays/42',
    main: 'listReplayReturns',
    empty: {
      state: 'empty',
      script: { listReplayReturns: { body: { returns: [] } } },
      says: 'Their letters are not there any more',
    },
    filtered: oneThing,
  },
  {
    name: 'items of a replay',
    path: '/local/replays/42',
    main: 'listReplayItems',
    empty: {
      state: 'empty',
      script: { listReplayItems: { body: { items: [], nextCursor: null } } },
      says: 'This replay has no items',
    },
    filtered: {
      path: '/local/replays/42?outcome=FAILED',
      script: { listReplayItems: { body: { items: [], nextCursor: null } } },
      clear: 'Show all outcomes',
    },
  },
]
