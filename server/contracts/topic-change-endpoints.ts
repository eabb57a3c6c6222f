import { read, write } from './endpoint-defaults.ts'
import { byIdParams, connectionParams } from './scalars.ts'
import { applyTopicChangeRequest, topicChange, topicChangeRequest } from './topic-changes.ts'

/** Changes of topics: planned, shown, carried out. */
export const topicChangeEndpoints = {
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
    params: byIdParams,
    output: topicChange,
  },
  applyTopicChange: {
    ...write,
    path: '/api/{connection}/topic-changes/{id}/apply',
    summary: 'Carry out a planned change; a second call answers the same change',
    permission: 'topics:change',
    params: byIdParams,
    body: applyTopicChangeRequest,
    output: topicChange,
    deadlineMs: 40_000,
  },
} as const
