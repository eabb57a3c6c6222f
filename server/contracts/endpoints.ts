import type { z } from 'zod'
import { endpointAddresses } from './addresses.ts'
import { auditEndpoints } from './audit-endpoints.ts'
import { connectionDetail, connectionList } from './connections.ts'
import { deadLetterEndpoints } from './dead-letter-endpoints.ts'
import { at } from './endpoint-defaults.ts'
import { failureGroupEndpoints } from './failure-group-endpoints.ts'
import { failureGroupingEndpoints } from './failure-grouping-endpoints.ts'
import { findAnswer, findQuery } from './find.ts'
import { groupDetail, groupList, groupListQuery, groupParams, lagHistory, lagHistoryQuery } from './groups.ts'
import { health } from './health.ts'
import { letterDecisionEndpoints } from './letter-decision-endpoints.ts'
import { retryChainView } from './letter-topics.ts'
import { mark, markList, markQuery, newMark } from './marks.ts'
import { messageEndpoints } from './message-endpoints.ts'
import { overview } from './overview.ts'
import type { Permission } from './permissions.ts'
import { replayControlEndpoints } from './replay-control-endpoints.ts'
import { replayEndpoints } from './replay-endpoints.ts'
import { requeueEndpoints } from './requeue-endpoints.ts'
import { savedSearchEndpoints } from './saved-search-endpoints.ts'
import { connectionParams } from './scalars.ts'
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
  ...failureGroupEndpoints,
  ...failureGroupingEndpoints,
  ...deadLetterEndpoints,
  ...letterDecisionEndpoints,
  ...replayEndpoints,
  showRetryChain: {
    ...at(endpointAddresses.showRetryChain),
    summary: 'The retry and dead-letter topics that belong together with a topic',
    permission: 'topics:read',
    params: topicParams,
    output: retryChainView,
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
  ...auditEndpoints,
  showHealth: {
    ...at(endpointAddresses.showHealth),
    summary: 'State of every part that Spillway depends on',
    permission: 'health:read',
    output: health,
  },
} as const satisfies Record<string, Endpoint>
