import type { z } from 'zod'
import { endpointAddresses } from './addresses.ts'
import {
  auditChain,
  auditChainQuery,
  auditEntry,
  auditEntryParams,
  auditList,
  auditListQuery,
} from './audit.ts'
import { connectionDetail, connectionList } from './connections.ts'
import { at } from './endpoint-defaults.ts'
import { failureGroupEvidence } from './failure-group-evidence.ts'
import { failureGroupingEndpoints } from './failure-grouping-endpoints.ts'
import {
  assignFailureGroup,
  deadLetterDetail,
  deadLetterList,
  deadLetterListQuery,
  failureGroupDetail,
  failureGroupList,
  failureGroupListQuery,
  newFailureGroupNote,
  setFailureGroupState,
} from './failure-groups.ts'
import { findAnswer, findQuery } from './find.ts'
import { groupDetail, groupList, groupListQuery, groupParams, lagHistory, lagHistoryQuery } from './groups.ts'
import { health } from './health.ts'
import { keyStory, keyStoryQuery } from './key-story.ts'
import { letterDecisionEndpoints } from './letter-decision-endpoints.ts'
import { letterMoment } from './letter-moment.ts'
import { decideTopicRequest, foundTopicList, retryChainView } from './letter-topics.ts'
import { mark, markList, markQuery, newMark } from './marks.ts'
import { messageEndpoints } from './message-endpoints.ts'
import { overview } from './overview.ts'
import type { Permission } from './permissions.ts'
import { replayControlEndpoints } from './replay-control-endpoints.ts'
import { replayReturnList } from './replay-returns.ts'
import {
  declareGroupIsolationRequest,
  groupIsolation,
  planReplayRequest,
  replayItemList,
  replayItemQuery,
  replayList,
  replayListQuery,
  replayPlan,
  replaySummary,
  startReplayRequest,
} from './replays.ts'
import { requeueEndpoints } from './requeue-endpoints.ts'
import { savedSearchEndpoints } from './saved-search-endpoints.ts'
import { byIdParams, connectionParams } from './scalars.ts'
import { schemaEndpoints } from './schema-endpoints.ts'
import { topicChangeEndpoints } from './topic-change-endpoints.ts'
import {
  topicDetail,
  topicFormats,
  topicFormatsRequest,
  topicList,
  topicListQuery,
  topicParams,
  topicSettingCatalogue,
} from './topics.ts'
import { traceDetail, traceList, traceListQuery, traceParams } from './traces.ts'

/** One operation of the public HTTP API: where it is, who may call it, what goes in and what comes out. */
export type Endpoint = {
  readonly method: 'GET' | 'POST'
  /** Path below the origin, parameters in braces. */
  readonly path: string
  readonly summary: string
  readonly permission: Permission
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  readonly body: z.ZodType
  readonly output: z.ZodType
  /** After this long the request is given up and answered 504. */
  readonly deadlineMs: number
}

/** All operations of the API. Routes, /api/openapi.json and their tests are made from this table. */
export const endpoints = {
  listConnections: {
    ...at(endpointAddresses.listConnections),
    summary: 'Configured connections',
    permission: 'connections:read',
    output: connectionList,
  },
  showConnection: {
    ...at(endpointAddresses.showConnection),
    summary: 'One connection: cluster and capabilities',
    permission: 'connections:read',
    params: connectionParams,
    output: connectionDetail,
  },
  showOverview: {
    ...at(endpointAddresses.showOverview),
    summary: 'What is wrong now, worst first, and how fresh that is',
    permission: 'connections:read',
    params: connectionParams,
    output: overview,
  },
  findAnything: {
    ...at(endpointAddresses.findAnything),
    summary: 'Topics, groups, failure groups, dead letters, traces and keys by name or id',
    permission: 'connections:read',
    params: connectionParams,
    query: findQuery,
    output: findAnswer,
  },
  listTopics: {
    ...at(endpointAddresses.listTopics),
    summary: 'Topics with rate, size, retention, groups and lag',
    permission: 'topics:read',
    params: connectionParams,
    query: topicListQuery,
    output: topicList,
  },
  showTopic: {
    ...at(endpointAddresses.showTopic),
    summary: 'One topic with partitions and configuration',
    permission: 'topics:read',
    params: topicParams,
    output: topicDetail,
  },
  ...topicChangeEndpoints,
  listTopicFormats: {
    ...at(endpointAddresses.listTopicFormats),
    summary:
      'What the newest messages of topics decode as: sampled now where no sample of the last minutes is kept, and kept by Spillway then; changes nothing at the broker',
    permission: 'messages:read',
    params: connectionParams,
    body: topicFormatsRequest,
    output: topicFormats,
  },
  listTopicSettings: {
    ...at(endpointAddresses.listTopicSettings),
    summary: 'Settings that a topic may be given, explained, and whether this user may create topics',
    permission: 'topics:read',
    params: connectionParams,
    output: topicSettingCatalogue,
  },
  ...messageEndpoints,
  listGroups: {
    ...at(endpointAddresses.listGroups),
    summary: 'Consumer groups with lag and verdict',
    permission: 'groups:read',
    params: connectionParams,
    query: groupListQuery,
    output: groupList,
  },
  showGroup: {
    ...at(endpointAddresses.showGroup),
    summary: 'One consumer group with members and partitions',
    permission: 'groups:read',
    params: groupParams,
    output: groupDetail,
  },
  showLagHistory: {
    ...at(endpointAddresses.showLagHistory),
    summary: 'Lag of a group over time, by topic, with marks',
    permission: 'groups:read',
    params: groupParams,
    query: lagHistoryQuery,
    output: lagHistory,
  },
  listFailureGroups: {
    ...at(endpointAddresses.listFailureGroups),
    summary: 'Dead letters grouped by fingerprint',
    permission: 'dead-letters:read',
    params: connectionParams,
    query: failureGroupListQuery,
    output: failureGroupList,
  },
  showFailureGroup: {
    ...at(endpointAddresses.showFailureGroup),
    summary: 'One failure group with stack and trend',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: failureGroupDetail,
  },
  setFailureGroupState: {
    ...at(endpointAddresses.setFailureGroupState),
    summary: 'Set the state of a failure group',
    permission: 'dead-letters:triage',
    params: byIdParams,
    body: setFailureGroupState,
    output: failureGroupDetail,
  },
  showFailureGroupEvidence: {
    ...at(endpointAddresses.showFailureGroupEvidence),
    summary: 'Whether a failure looks fixed, its deaths by deploy, and how its letters differ',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: failureGroupEvidence,
  },
  assignFailureGroup: {
    ...at(endpointAddresses.assignFailureGroup),
    summary: 'Say who works on a failure group',
    permission: 'dead-letters:triage',
    params: byIdParams,
    body: assignFailureGroup,
    output: failureGroupDetail,
  },
  addFailureGroupNote: {
    ...at(endpointAddresses.addFailureGroupNote),
    summary: 'Write a note to a failure group',
    permission: 'dead-letters:triage',
    params: byIdParams,
    body: newFailureGroupNote,
    output: failureGroupDetail,
  },
  ...failureGroupingEndpoints,
  listDeadLetters: {
    ...at(endpointAddresses.listDeadLetters),
    summary: 'Dead letters, newest first',
    permission: 'dead-letters:read',
    params: connectionParams,
    query: deadLetterListQuery,
    output: deadLetterList,
  },
  showDeadLetter: {
    ...at(endpointAddresses.showDeadLetter),
    summary: 'One dead letter: record, decoded failure, origin record',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: deadLetterDetail,
    deadlineMs: 20_000,
  },
  showLetterMoment: {
    ...at(endpointAddresses.showLetterMoment),
    summary: 'How things stood when a dead letter died: lag of its group, schemas then and now',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: letterMoment,
    deadlineMs: 20_000,
  },
  showKeyStory: {
    ...at(endpointAddresses.showKeyStory),
    summary: 'Messages, dead letters and replays of the key of a dead letter',
    permission: 'dead-letters:read',
    params: byIdParams,
    query: keyStoryQuery,
    output: keyStory,
    deadlineMs: 30_000,
  },
  ...letterDecisionEndpoints,
  planReplay: {
    ...at(endpointAddresses.planReplay),
    summary: 'Freeze a selection and check what replaying it would do',
    permission: 'replays:run',
    params: connectionParams,
    body: planReplayRequest,
    output: replayPlan,
    deadlineMs: 60_000,
  },
  showReplayPlan: {
    ...at(endpointAddresses.showReplayPlan),
    summary: 'A frozen plan',
    permission: 'replays:read',
    params: byIdParams,
    output: replayPlan,
  },
  startReplay: {
    ...at(endpointAddresses.startReplay),
    summary: 'Start a planned replay; a second start of one plan answers the same replay',
    permission: 'replays:run',
    params: connectionParams,
    body: startReplayRequest,
    output: replaySummary,
    // Of a hundred thousand letters each is looked up once more.
    deadlineMs: 60_000,
  },
  listReplays: {
    ...at(endpointAddresses.listReplays),
    summary: 'Replays, newest first',
    permission: 'replays:read',
    params: connectionParams,
    query: replayListQuery,
    output: replayList,
  },
  showReplay: {
    ...at(endpointAddresses.showReplay),
    summary: 'One replay with progress and outcomes',
    permission: 'replays:read',
    params: byIdParams,
    output: replaySummary,
  },
  listFoundTopics: {
    ...at(endpointAddresses.listFoundTopics),
    summary: 'Topics found to hold dead letters by their records, and what was decided about topics',
    permission: 'dead-letters:read',
    params: connectionParams,
    output: foundTopicList,
  },
  decideTopic: {
    ...at(endpointAddresses.decideTopic),
    summary: 'Take a topic for one of dead letters, or say that it is none',
    permission: 'dead-letters:triage',
    params: topicParams,
    body: decideTopicRequest,
    output: foundTopicList,
  },
  showRetryChain: {
    ...at(endpointAddresses.showRetryChain),
    summary: 'The retry and dead-letter topics that belong together with a topic',
    permission: 'topics:read',
    params: topicParams,
    output: retryChainView,
  },
  listReplayReturns: {
    ...at(endpointAddresses.listReplayReturns),
    summary: 'Copies of a replay that died again, by error',
    permission: 'replays:read',
    params: byIdParams,
    output: replayReturnList,
  },
  listReplayItems: {
    ...at(endpointAddresses.listReplayItems),
    summary: 'Items of a replay with outcome and proof',
    permission: 'replays:read',
    params: byIdParams,
    query: replayItemQuery,
    output: replayItemList,
  },
  declareGroupIsolation: {
    ...at(endpointAddresses.declareGroupIsolation),
    summary: 'Declare how a group reads: Kafka does not tell',
    permission: 'replays:run',
    params: groupParams,
    body: declareGroupIsolationRequest,
    output: groupIsolation,
  },
  cancelReplay: {
    ...at(endpointAddresses.cancelReplay),
    summary: 'Stop a replay after the current batch',
    permission: 'replays:run',
    params: byIdParams,
    output: replaySummary,
  },
  ...replayControlEndpoints,
  ...requeueEndpoints,
  ...savedSearchEndpoints,
  ...schemaEndpoints,
  listTraces: {
    ...at(endpointAddresses.listTraces),
    summary: 'Traces, newest first',
    permission: 'traces:read',
    query: traceListQuery,
    output: traceList,
  },
  showTrace: {
    ...at(endpointAddresses.showTrace),
    summary: 'One trace with its spans, message hops and dead letters',
    permission: 'traces:read',
    params: traceParams,
    output: traceDetail,
  },
  listMarks: {
    ...at(endpointAddresses.listMarks),
    summary: 'Marks: deploys, replays, resets, notes',
    permission: 'marks:read',
    query: markQuery,
    output: markList,
  },
  addMark: {
    ...at(endpointAddresses.addMark),
    summary: 'Set a mark, for example from a deployment pipeline',
    permission: 'marks:write',
    body: newMark,
    output: mark,
  },
  listAudit: {
    ...at(endpointAddresses.listAudit),
    summary: 'Who did what and why, newest first',
    permission: 'audit:read',
    query: auditListQuery,
    output: auditList,
  },
  showAuditEntry: {
    ...at(endpointAddresses.showAuditEntry),
    summary: 'One entry of the audit: what was chosen, planned, and came of it',
    permission: 'audit:read',
    params: auditEntryParams,
    output: auditEntry,
  },
  checkAudit: {
    ...at(endpointAddresses.checkAudit),
    summary: 'Whether the chain of all entries is unbroken, and where it is not',
    permission: 'audit:read',
    query: auditChainQuery,
    output: auditChain,
    deadlineMs: 30_000,
  },
  showHealth: {
    ...at(endpointAddresses.showHealth),
    summary: 'State of every part that Spillway depends on',
    permission: 'health:read',
    output: health,
  },
} as const satisfies Record<string, Endpoint>
