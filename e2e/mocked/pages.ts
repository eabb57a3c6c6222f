import * as brokers from './answers-of-brokers.ts'
import * as cases from './answers-of-cases.ts'
import {
  letterDetail,
  lettersFrom,
  messageDetail,
  messagesFrom,
  scan,
  traceIdOf,
} from './answers-of-messages.ts'
import { around, checkOf, copies } from './answers-of-produce.ts'
import * as schemas from './answers-of-schemas.ts'
import {
  histogram,
  savedSearches,
  searchFrames,
  tailRate,
  tailRows,
  tailThenSilence,
} from './answers-of-searches.ts'
import * as changes from './answers-of-topic-changes.ts'
import type { EndpointName, Script, StreamName } from './script-api.ts'

/** What every request gets where a state does not say otherwise. */
export const good: Script = {
  listConnections: { body: brokers.connections },
  showConnection: { body: brokers.connection },
  showHealth: { body: brokers.health },
  showOverview: { body: brokers.overview },
  listTopics: { body: brokers.topics },
  showTopic: { body: brokers.topic },
  sampleTopicFormats: { body: changes.formats },
  listTopicSettings: { body: changes.catalogue },
  planTopicChange: { body: changes.plannedChange },
  showTopicChange: { body: changes.plannedChange },
  applyTopicChange: { body: changes.doneChange },
  listMessages: { body: messagesFrom(200, 20) },
  listAround: { body: around },
  checkMessage: { body: checkOf() },
  copyMessage: { body: copies },
  showMessage: { body: messageDetail },
  countMessagesByTime: { body: histogram },
  searchMessages: { frames: () => searchFrames() },
  tailMessages: { frames: tailThenSilence(tailRate(), tailRows) },
  listSearches: { body: savedSearches },
  listGroups: { body: brokers.groups },
  showGroup: { body: brokers.group },
  showLagHistory: { body: brokers.lag },
  listFailureGroups: { body: cases.failureGroups },
  showFailureGroup: { body: cases.failureGroup },
  listDeadLetters: { body: lettersFrom(40, 12) },
  showDeadLetter: { body: letterDetail },
  showReplayPlan: { body: cases.plan },
  listReplays: {
    body: { replays: [cases.replayOf(42), cases.replayOf(41, { state: 'done' })], nextCursor: null },
  },
  showReplay: { body: cases.replayOf(42) },
  listReplayItems: { body: cases.items },
  listTraces: { body: cases.tracesFrom(40, 12) },
  showTrace: { body: cases.trace },
  listAudit: { body: cases.audit },
  listSubjects: { body: schemas.subjects },
  showRegistry: { body: schemas.registry },
  showSubject: { body: schemas.subject },
  showSchemaVersion: { body: schemas.version },
  showSchemaId: { body: schemas.schemaId },
  compareSchemaVersions: { body: schemas.comparison },
  planSchemaDeletion: { body: schemas.deletion },
  testSchema: { body: schemas.verdict },
  showTopicSchemas: { body: schemas.topicSchemas },
  sampleSchemas: { body: schemas.sampled },
}

/** A state that a page does not have, and why. */
type None = { readonly none: string }
export type PageCase = {
  readonly name: string
  readonly path: string
  /** The operation whose states the page shows. */
  readonly main: EndpointName | StreamName
  /** Nothing is there: `missing` where the address names one thing. */
  readonly empty:
    | { readonly state: 'empty' | 'missing' | 'good'; readonly script: Script; readonly says: string }
    | None
  readonly filtered: { readonly path: string; readonly script: Script; readonly clear: string } | None
}

const missing = (main: EndpointName, what: string): PageCase['empty'] => ({
  state: 'missing',
  script: { [main]: { problem: 'not-found', detail: `There is no ${what}.` } },
  says: `There is no ${what}.`,
})
const oneThing: None = { none: 'it shows one thing, which nothing filters' }
const noReplays: Script = { listReplays: { body: { replays: [], nextCursor: null } } }

export const pages: readonly PageCase[] = [
  {
    name: 'overview',
    path: '/local',
    main: 'showOverview',
    empty: {
      state: 'good',
      script: { showOverview: { body: brokers.nothingWrong } },
      says: 'Nothing is wrong.',
    },
    filtered: { none: 'it shows all that is wrong' },
  },
  {
    name: 'connection',
    path: '/local/connection',
    main: 'showConnection',
    empty: missing('showConnection', 'connection named local'),
    filtered: oneThing,
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
  {
    name: 'consumer groups',
    path: '/local/groups',
    main: 'listGroups',
    empty: {
      state: 'empty',
      script: { listGroups: { body: brokers.groupsOf() } },
      says: 'No consumer group yet',
    },
    filtered: {
      path: '/local/groups?q=nothing',
      script: { listGroups: { body: brokers.groupsOf() } },
      clear: 'Clear filter',
    },
  },
  {
    name: 'consumer group',
    path: '/local/groups/payments',
    main: 'showGroup',
    empty: missing('showGroup', 'group named payments'),
    filtered: oneThing,
  },
  {
    name: 'dead letters',
    path: '/local/dead-letters',
    main: 'listFailureGroups',
    empty: {
      state: 'empty',
      script: { listFailureGroups: { body: cases.failureGroupsOf() } },
      says: 'No open failure groups',
    },
    filtered: {
      path: '/local/dead-letters?q=nothing',
      script: { listFailureGroups: { body: cases.failureGroupsOf() } },
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
    name: 'letters of a failure group',
    path: '/local/failure-groups/a37c9b4b4d4c76d5',
    main: 'listDeadLetters',
    empty: {
      state: 'empty',
      script: { listDeadLetters: { body: { letters: [], nextCursor: null, total: 0 } } },
      says: 'No letter of this group is kept any more',
    },
    filtered: { none: 'letters are not filtered yet' },
  },
  {
    name: 'dead letter',
    path: '/local/dead-letters/7',
    main: 'showDeadLetter',
    empty: missing('showDeadLetter', 'dead letter 7'),
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
  {
    name: 'traces',
    path: '/local/traces',
    main: 'listTraces',
    empty: {
      state: 'empty',
      script: { listTraces: { body: { ...cases.tracesFrom(0, 0), nextCursor: null } } },
      says: 'No traces in this time range',
    },
    filtered: {
      path: '/local/traces?least=60000',
      script: { listTraces: { body: { ...cases.tracesFrom(0, 0), nextCursor: null } } },
      clear: 'Clear filter',
    },
  },
  {
    name: 'trace',
    path: `/local/traces/${traceIdOf(1)}`,
    main: 'showTrace',
    empty: missing('showTrace', 'trace of this id'),
    filtered: oneThing,
  },
  {
    name: 'schemas',
    path: '/local/schemas',
    main: 'listSubjects',
    empty: {
      state: 'empty',
      script: { listSubjects: { body: schemas.subjectsOf() } },
      says: 'The registry has no subjects',
    },
    filtered: {
      path: '/local/schemas?q=nothing',
      script: { listSubjects: { body: schemas.subjectsOf() } },
      clear: 'Clear filter',
    },
  },
  {
    name: 'subject',
    path: '/local/schemas/orders-value',
    main: 'showSubject',
    empty: missing('showSubject', 'subject orders-value'),
    filtered: oneThing,
  },
  {
    name: 'schema version',
    path: '/local/schemas/orders-value/versions/7',
    main: 'showSchemaVersion',
    empty: missing('showSchemaVersion', 'version 7 of orders-value'),
    filtered: oneThing,
  },
  {
    name: 'comparison of two versions',
    path: '/local/schemas/orders-value/compare?from=6&to=7',
    main: 'compareSchemaVersions',
    empty: missing('compareSchemaVersions', 'version 6 of orders-value'),
    filtered: oneThing,
  },
  {
    name: 'plan of a schema deletion',
    path: '/local/schemas/orders-value/deletion',
    main: 'planSchemaDeletion',
    empty: missing('planSchemaDeletion', 'subject orders-value'),
    filtered: oneThing,
  },
  {
    name: 'schema by its id',
    path: '/local/schema-ids/27',
    main: 'showSchemaId',
    empty: {
      state: 'good',
      script: {
        showSchemaId: { body: { ...schemas.schemaId, schema: null, places: { value: [], why: null } } },
      },
      says: 'The registry has no schema with the id 27.',
    },
    filtered: oneThing,
  },
  {
    name: 'draft of a schema',
    path: '/local/schema-draft?subject=orders-value',
    main: 'showSchemaVersion',
    empty: { none: 'a subject that is not there is a new one, whose draft is blank' },
    filtered: oneThing,
  },
  {
    name: 'schema of a topic',
    path: '/local/topics/orders?tab=schema',
    main: 'showTopicSchemas',
    empty: missing('showTopicSchemas', 'topic named orders'),
    filtered: oneThing,
  },
  {
    name: 'audit',
    path: '/local/audit',
    main: 'listAudit',
    empty: {
      state: 'empty',
      script: { listAudit: { body: { entries: [], nextCursor: null } } },
      says: 'Nothing has been changed yet',
    },
    filtered: { none: 'the audit is not filtered yet' },
  },
]
