import * as audit from './answers-of-audit.ts'
import * as brokers from './answers-of-brokers.ts'
import * as edits from './answers-of-edits.ts'
import * as failures from './answers-of-failure-groups.ts'
import * as grouping from './answers-of-grouping.ts'
import * as letters from './answers-of-letters.ts'
import { letterDetail, lettersFrom, messageDetail, messagesFrom, traceIdOf } from './answers-of-messages.ts'
import { around, checkOf, copies } from './answers-of-produce.ts'
import * as replays from './answers-of-replays.ts'
import { requeuePlan, waiting } from './answers-of-requeues.ts'
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
import * as traces from './answers-of-traces.ts'
import { missing, oneThing, type PageCase } from './page-case.ts'
import { pagesOfReplays } from './pages-of-replays.ts'
import { pagesOfSchemas } from './pages-of-schemas.ts'
import { pagesOfTopics } from './pages-of-topics.ts'
import type { Script } from './script-api.ts'

/** What every request gets where a state does not say otherwise. */
export const good: Script = {
  listConnections: { body: brokers.connections },
  showConnection: { body: brokers.connection },
  showHealth: { body: brokers.health },
  showOverview: { body: brokers.overview },
  listTopics: { body: brokers.topics },
  showTopic: { body: brokers.topic },
  listTopicFormats: { body: changes.formats },
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
  listFailureGroups: { body: failures.failureGroups },
  showFailureGroup: { body: failures.failureGroup },
  showFailureGroupEvidence: { body: failures.failureGroupEvidence },
  showGrouping: { body: grouping.grouping },
  previewGrouping: { body: grouping.preview },
  previewSplit: { body: grouping.split },
  listDeadLetters: { body: lettersFrom(40, 12) },
  showDeadLetter: { body: letterDetail },
  showLetterMoment: { body: letters.moment },
  showKeyStory: { body: letters.story },
  showReplayPlan: { body: replays.plan },
  showLetterEdit: { body: edits.editForm },
  checkLetterEdit: { body: edits.editCheck },
  listEdits: { body: edits.waitingEdits },
  listReplays: {
    body: { replays: [replays.replayOf(42), replays.replayOf(41, { state: 'done' })], nextCursor: null },
  },
  showReplay: { body: replays.replayOf(42) },
  listReplayItems: { body: replays.items },
  listReplayReturns: { body: replays.replayReturns },
  listFoundTopics: { body: letters.foundTopics },
  showRetryChain: { body: { chain: letters.chain } },
  listWaiting: { body: waiting },
  planRequeue: { body: requeuePlan },
  listTraces: { body: traces.tracesFrom(40, 12) },
  showTrace: { body: traces.trace },
  listAudit: { body: audit.audit },
  showAuditEntry: { body: audit.auditEntry },
  checkAudit: { body: audit.auditChain },
  showMessageHistory: { body: { replays: [], entries: [], isCut: false } },
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

/** Every page, with how each of its states is brought about; those of one noun stand in their own file. */
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
    name: 'traces',
    path: '/local/traces',
    main: 'listTraces',
    empty: {
      state: 'empty',
      script: { listTraces: { body: { ...traces.tracesFrom(0, 0), nextCursor: null } } },
      says: 'No traces in this time range',
    },
    filtered: {
      path: '/local/traces?least=60000',
      script: { listTraces: { body: { ...traces.tracesFrom(0, 0), nextCursor: null } } },
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
    name: 'audit',
    path: '/local/audit',
    main: 'listAudit',
    empty: {
      state: 'empty',
      script: { listAudit: { body: { entries: [], nextCursor: null, actions: [] } } },
      says: 'Nothing has been changed yet',
    },
    filtered: {
      path: '/local/audit?target=nowhere',
      script: { listAudit: { body: { entries: [], nextCursor: null, actions: ['start replay'] } } },
      clear: 'Clear filter',
    },
  },
  ...pagesOfTopics,
  ...pagesOfReplays,
  ...pagesOfSchemas,
]
