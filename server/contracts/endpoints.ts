import type { z } from 'zod'
import { auditList, auditListQuery } from './audit.ts'
import { connectionDetail, connectionList } from './connections.ts'
import { read, write } from './endpoint-defaults.ts'
import {
  deadLetterDetail,
  deadLetterList,
  deadLetterListQuery,
  failureGroupDetail,
  failureGroupList,
  failureGroupListQuery,
  setFailureGroupState,
} from './failure-groups.ts'
import { findAnswer, findQuery } from './find.ts'
import { groupDetail, groupList, groupListQuery, groupParams, lagHistory, lagHistoryQuery } from './groups.ts'
import { health } from './health.ts'
import { mark, markList, markQuery, newMark } from './marks.ts'
import { messageEndpoints } from './message-endpoints.ts'
import { overview } from './overview.ts'
import type { Permission } from './permissions.ts'
import {
  planReplayRequest,
  replayItemList,
  replayItemQuery,
  replayList,
  replayListQuery,
  replayPlan,
  replaySummary,
  startReplayRequest,
} from './replays.ts'
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
    ...read,
    path: '/api/connections',
    summary: 'Configured connections',
    permission: 'connections:read',
    output: connectionList,
  },
  showConnection: {
    ...read,
    path: '/api/{connection}',
    summary: 'One connection: cluster and capabilities',
    permission: 'connections:read',
    params: connectionParams,
    output: connectionDetail,
  },
  showOverview: {
    ...read,
    path: '/api/{connection}/overview',
    summary: 'What is wrong now, worst first, and how fresh that is',
    permission: 'connections:read',
    params: connectionParams,
    output: overview,
  },
  findAnything: {
    ...read,
    path: '/api/{connection}/find',
    summary: 'Topics, groups, failure groups, dead letters, traces and keys by name or id',
    permission: 'connections:read',
    params: connectionParams,
    query: findQuery,
    output: findAnswer,
  },
  listTopics: {
    ...read,
    path: '/api/{connection}/topics',
    summary: 'Topics with rate, size, retention, groups and lag',
    permission: 'topics:read',
    params: connectionParams,
    query: topicListQuery,
    output: topicList,
  },
  showTopic: {
    ...read,
    path: '/api/{connection}/topics/{topic}',
    summary: 'One topic with partitions and configuration',
    permission: 'topics:read',
    params: topicParams,
    output: topicDetail,
  },
  ...topicChangeEndpoints,
  sampleTopicFormats: {
    ...write,
    path: '/api/{connection}/topic-formats',
    summary: 'What the newest messages of topics decode as: sampled, kept for some minutes; changes nothing',
    permission: 'messages:read',
    params: connectionParams,
    body: topicFormatsRequest,
    output: topicFormats,
  },
  listTopicSettings: {
    ...read,
    path: '/api/{connection}/topic-settings',
    summary: 'Settings that a topic may be given, explained, and whether this user may create topics',
    permission: 'topics:read',
    params: connectionParams,
    output: topicSettingCatalogue,
  },
  ...messageEndpoints,
  listGroups: {
    ...read,
    path: '/api/{connection}/groups',
    summary: 'Consumer groups with lag and verdict',
    permission: 'groups:read',
    params: connectionParams,
    query: groupListQuery,
    output: groupList,
  },
  showGroup: {
    ...read,
    path: '/api/{connection}/groups/{group}',
    summary: 'One consumer group with members and partitions',
    permission: 'groups:read',
    params: groupParams,
    output: groupDetail,
  },
  showLagHistory: {
    ...read,
    path: '/api/{connection}/groups/{group}/lag',
    summary: 'Lag of a group over time, by topic, with marks',
    permission: 'groups:read',
    params: groupParams,
    query: lagHistoryQuery,
    output: lagHistory,
  },
  listFailureGroups: {
    ...read,
    path: '/api/{connection}/failure-groups',
    summary: 'Dead letters grouped by fingerprint',
    permission: 'dead-letters:read',
    params: connectionParams,
    query: failureGroupListQuery,
    output: failureGroupList,
  },
  showFailureGroup: {
    ...read,
    path: '/api/{connection}/failure-groups/{id}',
    summary: 'One failure group with stack and trend',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: failureGroupDetail,
  },
  setFailureGroupState: {
    ...write,
    path: '/api/{connection}/failure-groups/{id}/state',
    summary: 'Set the state of a failure group',
    permission: 'dead-letters:triage',
    params: byIdParams,
    body: setFailureGroupState,
    output: failureGroupDetail,
  },
  listDeadLetters: {
    ...read,
    path: '/api/{connection}/dead-letters',
    summary: 'Dead letters, newest first',
    permission: 'dead-letters:read',
    params: connectionParams,
    query: deadLetterListQuery,
    output: deadLetterList,
  },
  showDeadLetter: {
    ...read,
    path: '/api/{connection}/dead-letters/{id}',
    summary: 'One dead letter: record, decoded failure, origin record',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: deadLetterDetail,
    deadlineMs: 20_000,
  },
  planReplay: {
    ...write,
    path: '/api/{connection}/replays/plans',
    summary: 'Freeze a selection and check what replaying it would do',
    permission: 'replays:run',
    params: connectionParams,
    body: planReplayRequest,
    output: replayPlan,
    deadlineMs: 60_000,
  },
  showReplayPlan: {
    ...read,
    path: '/api/{connection}/replays/plans/{id}',
    summary: 'A frozen plan',
    permission: 'replays:read',
    params: byIdParams,
    output: replayPlan,
  },
  startReplay: {
    ...write,
    path: '/api/{connection}/replays',
    summary: 'Start a planned replay; a second start of one plan answers the same replay',
    permission: 'replays:run',
    params: connectionParams,
    body: startReplayRequest,
    output: replaySummary,
  },
  listReplays: {
    ...read,
    path: '/api/{connection}/replays',
    summary: 'Replays, newest first',
    permission: 'replays:read',
    params: connectionParams,
    query: replayListQuery,
    output: replayList,
  },
  showReplay: {
    ...read,
    path: '/api/{connection}/replays/{id}',
    summary: 'One replay with progress and outcomes',
    permission: 'replays:read',
    params: byIdParams,
    output: replaySummary,
  },
  listReplayItems: {
    ...read,
    path: '/api/{connection}/replays/{id}/items',
    summary: 'Items of a replay with outcome and proof',
    permission: 'replays:read',
    params: byIdParams,
    query: replayItemQuery,
    output: replayItemList,
  },
  cancelReplay: {
    ...write,
    path: '/api/{connection}/replays/{id}/cancel',
    summary: 'Stop a replay after the current batch',
    permission: 'replays:run',
    params: byIdParams,
    output: replaySummary,
  },
  ...savedSearchEndpoints,
  ...schemaEndpoints,
  listTraces: {
    ...read,
    path: '/api/traces',
    summary: 'Traces, newest first',
    permission: 'traces:read',
    query: traceListQuery,
    output: traceList,
  },
  showTrace: {
    ...read,
    path: '/api/traces/{traceId}',
    summary: 'One trace with its spans, message hops and dead letters',
    permission: 'traces:read',
    params: traceParams,
    output: traceDetail,
  },
  listMarks: {
    ...read,
    path: '/api/marks',
    summary: 'Marks: deploys, replays, resets, notes',
    permission: 'marks:read',
    query: markQuery,
    output: markList,
  },
  addMark: {
    ...write,
    path: '/api/marks',
    summary: 'Set a mark, for example from a deployment pipeline',
    permission: 'marks:write',
    body: newMark,
    output: mark,
  },
  listAudit: {
    ...read,
    path: '/api/audit',
    summary: 'Who did what, newest first',
    permission: 'audit:read',
    query: auditListQuery,
    output: auditList,
  },
  showHealth: {
    ...read,
    path: '/api/health',
    summary: 'State of every part that Spillway depends on',
    permission: 'health:read',
    output: health,
  },
} as const satisfies Record<string, Endpoint>
