import * as brokers from './answers-of-brokers.ts'
import { messagesFrom, scan } from './answers-of-messages.ts'
import { around } from './answers-of-produce.ts'
import { nothingWaits } from './answers-of-requeues.ts'
import { searchFrames, tailRate, tailThenSilence } from './answers-of-searches.ts'
import { missing, oneThing, type PageCase } from './page-case.ts'

/** Pages of topics and of their messages. */
export const pagesOfTopics: readonly PageCase[] = [
  {
    name: 'messages that wait in a retry topic',
    path: '/local/topics/orders-retry-0/waiting',
    main: 'listWaiting',
    empty: {
      state: 'empty',
      script: { listWaiting: { body: nothingWaits } },
      says: 'Nothing waits in orders-retry-0',
    },
    filtered: {
      path: '/local/topics/orders-retry-0/waiting?text=nothing',
      script: { listWaiting: { body: { ...nothingWaits, waiting: 7 } } },
      clear: 'Show all that wait',
    },
  },
  {
    name: 'topics',
    path: '/local/topics',
    main: 'listTopics',
    empty: {
      state: 'empty',
      script: { listTopics: { body: brokers.topicsNamed() } },
      says: 'This cluster has no topics',
    },
    filtered: {
      path: '/local/topics?q=nothing',
      script: { listTopics: { body: brokers.topicsNamed() } },
      clear: 'Clear filter',
    },
  },
  {
    name: 'messages of a topic',
    path: '/local/topics/orders',
    main: 'listMessages',
    empty: {
      state: 'empty',
      script: {
        listMessages: { body: messagesFrom(0, 0, { nextCursor: null, scan: { ...scan, stop: 'end' } }) },
      },
      says: 'This topic is empty',
    },
    filtered: {
      path: '/local/topics/orders?search=key:nothing',
      script: { searchMessages: { frames: () => searchFrames([]) } },
      clear: 'Show all messages',
    },
  },
  ...(['partitions', 'config'] as const).map(
    (tab): PageCase => ({
      name: `${tab} of a topic`,
      path: `/local/topics/orders?tab=${tab}`,
      main: 'showTopic',
      empty: missing('showTopic', 'topic named orders'),
      filtered: oneThing,
    }),
  ),
  {
    name: 'groups of a topic',
    path: '/local/topics/orders?tab=groups',
    main: 'showTopic',
    empty: {
      state: 'empty',
      script: { showTopic: { body: brokers.unreadTopic } },
      says: 'No group reads this topic',
    },
    filtered: oneThing,
  },
  {
    name: 'messages found in many topics',
    path: '/local/messages?search=order-4711&topics=orders,payments',
    main: 'searchMessages',
    empty: { none: 'without words nothing is searched: see search-many.spec.ts' },
    filtered: {
      path: '/local/messages?search=nothing',
      script: { searchMessages: { frames: () => searchFrames([]) } },
      clear: 'Clear the search',
    },
  },
  {
    name: 'live tail of a topic',
    path: '/local/topics/orders?tail=true',
    main: 'tailMessages',
    empty: {
      state: 'empty',
      script: { tailMessages: { frames: tailThenSilence(tailRate()) } },
      says: 'Waiting for the next message',
    },
    filtered: { none: 'what fits is waited for' },
  },
  {
    name: 'form of a new topic',
    path: '/local/topic-changes/create',
    main: 'listTopicSettings',
    empty: { none: 'a form is never empty' },
    filtered: oneThing,
  },
  {
    name: 'form of changed settings',
    path: '/local/topic-changes/settings?topic=orders&setting=retention.ms',
    main: 'showTopic',
    empty: missing('showTopic', 'topic named orders'),
    filtered: oneThing,
  },
  {
    name: 'form of more partitions',
    path: '/local/topic-changes/partitions?topic=orders',
    main: 'showTopic',
    empty: missing('showTopic', 'topic named orders'),
    filtered: oneThing,
  },
  {
    name: 'change of a topic',
    path: '/local/topic-changes/7a5cbe2a-1c7e-4b53-9c58-0d1a4a1f2b11',
    main: 'showTopicChange',
    empty: missing('showTopicChange', 'change 7a5cbe2a'),
    filtered: oneThing,
  },
  {
    name: 'messages around a position',
    path: '/local/topics/orders?at=4@88004',
    main: 'listAround',
    empty: {
      state: 'empty',
      script: { listAround: { body: { ...around, rows: [], holds: null } } },
      says: 'This topic is empty',
    },
    filtered: { none: 'a place is not filtered' },
  },
  {
    name: 'form of a message to produce',
    path: '/local/topics/orders/produce',
    main: 'checkMessage',
    empty: { none: 'a form is never empty' },
    filtered: oneThing,
  },
  {
    name: 'message',
    path: '/local/topics/orders/messages/4@88004',
    main: 'showMessage',
    empty: missing('showMessage', 'message at 4@88004'),
    filtered: oneThing,
  },
]
