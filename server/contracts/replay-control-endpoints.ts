import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import { continueReplayRequest } from './replay-control.ts'
import { replaySummary } from './replays.ts'
import { byIdParams } from './scalars.ts'

/** Steering of a replay that was started. Each answers the replay as it stands then; what comes too late is a conflict. */
export const replayControlEndpoints = {
  pauseReplay: {
    ...at(endpointAddresses.pauseReplay),
    summary: 'Pause a replay after the current batch',
    permission: 'replays:run',
    params: byIdParams,
    output: replaySummary,
  },
  resumeReplay: {
    ...at(endpointAddresses.resumeReplay),
    summary: 'Go on with a paused replay',
    permission: 'replays:run',
    params: byIdParams,
    output: replaySummary,
  },
  continueReplay: {
    ...at(endpointAddresses.continueReplay),
    summary: 'Open the next step of a canary before the open one is proven, with the reason',
    permission: 'replays:run',
    params: byIdParams,
    body: continueReplayRequest,
    output: replaySummary,
  },
  startReplayNow: {
    ...at(endpointAddresses.startReplayNow),
    summary: 'Start a scheduled replay before its time',
    permission: 'replays:run',
    params: byIdParams,
    output: replaySummary,
  },
} as const
