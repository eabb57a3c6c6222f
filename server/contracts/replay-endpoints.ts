import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import { groupParams } from './groups.ts'
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
import { byIdParams, connectionParams } from './scalars.ts'

/** Replays from the plan to the outcome of each item. */
export const replayEndpoints = {
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
} as const
