import { z } from 'zod'
import { aroundQuery, messagesAround } from './around.ts'
import { auditList, auditListQuery } from './audit.ts'
import { connectionDetail, connectionList } from './connections.ts'
import { copyMessageQuery, messageCopies } from './copy-message.ts'
import { chooseDecoderRequest, decodersParams, topicDecoders } from './decoders.ts'
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
import { messageHistogram, messageHistogramQuery } from './message-histogram.ts'
import { messageDetail, messageList, messageListQuery, messageParams } from './messages.ts'
import { nearMessage, nearMessageQuery } from './near-message.ts'
import { overview } from './overview.ts'
import type { Permission } from './permissions.ts'
import { messageCheck, messageDraft, producedMessage, produceRequest } from './produce.ts'
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
import { connectionParams } from './scalars.ts'
import { schemaEndpoints } from './schema-endpoints.ts'
import { applyTopicChangeRequest, topicChange, topicChangeRequest } from './topic-changes.ts'
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

const byId = connectionParams.extend({ id: z.string().min(1).max(64) })

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
  planTopicChange: {
    ...write,
    path: '/api/{connection}/topic-changes',
    summary: 'Check what creating, changing or deleting a topic would do; changes nothing',
    permission: 'topics:change',
    params: connectionParams,
    body: topicChangeRequest,
    output: topicChange,
    deadlineMs: 30_000,
  },
  showTopicChange: {
    ...read,
    path: '/api/{connection}/topic-changes/{id}',
    summary: 'A planned or made change of a topic',
    permission: 'topics:read',
    params: byId,
    output: topicChange,
  },
  applyTopicChange: {
    ...write,
    path: '/api/{connection}/topic-changes/{id}/apply',
    summary: 'Carry out a planned change; a second call answers the same change',
    permission: 'topics:change',
    params: byId,
    body: applyTopicChangeRequest,
    output: topicChange,
    deadlineMs: 40_000,
  },
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
  listMessages: {
    ...read,
    path: '/api/{connection}/topics/{topic}/messages',
    summary: 'Messages of a topic, newest first, decoded',
    permission: 'messages:read',
    params: topicParams,
    query: messageListQuery,
    output: messageList,
    deadlineMs: 20_000,
  },
  listAround: {
    ...read,
    path: '/api/{connection}/topics/{topic}/around',
    summary: 'Messages around a position or a time; of a position that is gone, why, and the nearest',
    permission: 'messages:read',
    params: topicParams,
    query: aroundQuery,
    output: messagesAround,
    deadlineMs: 20_000,
  },
  showMessage: {
    ...read,
    path: '/api/{connection}/topics/{topic}/messages/{position}',
    summary: 'One message with headers and raw bytes',
    permission: 'messages:read',
    params: messageParams,
    output: messageDetail,
  },
  findSameKey: {
    ...read,
    path: '/api/{connection}/topics/{topic}/messages/{position}/same-key',
    summary: 'The next or previous message of the same key in its partition',
    permission: 'messages:read',
    params: messageParams,
    query: nearMessageQuery,
    output: nearMessage,
  },
  findNeighbour: {
    ...read,
    path: '/api/{connection}/topics/{topic}/messages/{position}/neighbour',
    summary: 'The message right before or after a position in its partition',
    permission: 'messages:read',
    params: messageParams,
    query: nearMessageQuery,
    output: nearMessage,
  },
  countMessagesByTime: {
    ...read,
    path: '/api/{connection}/messages/histogram',
    summary: 'Messages of topics by buckets of time, exact or estimated from offsets',
    permission: 'messages:read',
    params: connectionParams,
    query: messageHistogramQuery,
    output: messageHistogram,
  },
  showDecoders: {
    ...read,
    path: '/api/{connection}/topics/{topic}/decoders',
    summary: 'How the messages of a topic are read: by choice or as the chain of decoders finds',
    permission: 'messages:read',
    params: decodersParams,
    output: topicDecoders,
  },
  chooseDecoder: {
    ...write,
    path: '/api/{connection}/topics/{topic}/decoders',
    summary: 'Choose for everybody how a side of a topic is read, or forget the choice',
    permission: 'decoders:choose',
    params: decodersParams,
    body: chooseDecoderRequest,
    output: topicDecoders,
  },
  copyMessage: {
    ...read,
    path: '/api/{connection}/topics/{topic}/messages/{position}/copy',
    summary:
      'One message as lossless JSON, and as commands of kcat and curl that read it or produce it again',
    permission: 'messages:read',
    params: messageParams,
    query: copyMessageQuery,
    output: messageCopies,
  },
  checkMessage: {
    ...write,
    path: '/api/{connection}/topics/{topic}/messages/check',
    summary: 'What producing a message would do: encoding, size, partition, readers; sends nothing',
    permission: 'messages:produce',
    params: topicParams,
    body: messageDraft,
    output: messageCheck,
  },
  produceMessage: {
    ...write,
    path: '/api/{connection}/topics/{topic}/messages',
    summary: 'Produce one message, once for each idempotency key',
    permission: 'messages:produce',
    params: topicParams,
    body: produceRequest,
    output: producedMessage,
    deadlineMs: 20_000,
  },
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
    params: byId,
    output: failureGroupDetail,
  },
  setFailureGroupState: {
    ...write,
    path: '/api/{connection}/failure-groups/{id}/state',
    summary: 'Set the state of a failure group',
    permission: 'dead-letters:triage',
    params: byId,
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
    params: byId,
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
    params: byId,
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
    params: byId,
    output: replaySummary,
  },
  listReplayItems: {
    ...read,
    path: '/api/{connection}/replays/{id}/items',
    summary: 'Items of a replay with outcome and proof',
    permission: 'replays:read',
    params: byId,
    query: replayItemQuery,
    output: replayItemList,
  },
  cancelReplay: {
    ...write,
    path: '/api/{connection}/replays/{id}/cancel',
    summary: 'Stop a replay after the current batch',
    permission: 'replays:run',
    params: byId,
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
