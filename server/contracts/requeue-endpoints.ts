import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import { replayPlan } from './replays.ts'
import { planRequeueRequest, waitingList, waitingQuery } from './requeues.ts'
import { topicParams } from './topics.ts'

export const requeueEndpoints = {
  listWaiting: {
    ...at(endpointAddresses.listWaiting),
    summary: 'The messages that wait in a retry topic, and what can be done with them',
    permission: 'dead-letters:read',
    params: topicParams,
    query: waitingQuery,
    output: waitingList,
    deadlineMs: 30_000,
  },
  planRequeue: {
    ...at(endpointAddresses.planRequeue),
    summary: 'Freeze messages that wait in a retry topic and check what requeuing them would do',
    permission: 'replays:run',
    params: topicParams,
    body: planRequeueRequest,
    output: replayPlan,
    deadlineMs: 60_000,
  },
} as const
