import type { replayControlEndpoints } from '#server/contracts/replay-control-endpoints.ts'
import {
  continueReplay,
  pauseReplay,
  resumeReplay,
  startReplayNow,
} from '#server/services/steer-started-replay.ts'
import type { Operation } from './operation.ts'

type Endpoints = typeof replayControlEndpoints

/** The use cases behind the steering of a replay. */
export const replayControlRuns: { readonly [N in keyof Endpoints]: Operation<Endpoints[N]>['run'] } = {
  pauseReplay: ({ deps, connection, actor, params, call }) =>
    pauseReplay(deps, connection, actor, params.id, call),
  resumeReplay: ({ deps, connection, actor, params, call }) =>
    resumeReplay(deps, connection, actor, params.id, call),
  continueReplay: ({ deps, connection, actor, params, body, call }) =>
    continueReplay(deps, connection, actor, { id: params.id, ...body }, call),
  startReplayNow: ({ deps, connection, actor, params, call }) =>
    startReplayNow(deps, connection, actor, params.id, call),
}
