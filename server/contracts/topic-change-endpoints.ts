import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import { byIdParams, connectionParams } from './scalars.ts'
import { applyTopicChangeRequest, topicChange, topicChangeRequest } from './topic-changes.ts'

/** Changes of topics: planned, shown, carried out. */
export const topicChangeEndpoints = {
  planTopicChange: {
    ...at(endpointAddresses.planTopicChange),
    summary: 'Check what creating, changing or deleting a topic would do; changes nothing',
    permission: 'topics:change',
    params: connectionParams,
    body: topicChangeRequest,
    output: topicChange,
    deadlineMs: 30_000,
  },
  showTopicChange: {
    ...at(endpointAddresses.showTopicChange),
    summary: 'A planned or made change of a topic',
    permission: 'topics:read',
    params: byIdParams,
    output: topicChange,
  },
  applyTopicChange: {
    ...at(endpointAddresses.applyTopicChange),
    summary: 'Carry out a planned change; a second call answers the same change',
    permission: 'topics:change',
    params: byIdParams,
    body: applyTopicChangeRequest,
    output: topicChange,
    deadlineMs: 40_000,
  },
} as const
