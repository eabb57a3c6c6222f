import type { requeueEndpoints } from '#server/contracts/requeue-endpoints.ts'
import { listWaiting } from '#server/services/list-waiting.ts'
import { planRequeue } from '#server/services/plan-requeue.ts'
import type { Operation } from './operation.ts'

type Endpoints = typeof requeueEndpoints

/** The use cases behind the messages that wait in a retry topic. */
export const requeueRuns: { readonly [N in keyof Endpoints]: Operation<Endpoints[N]>['run'] } = {
  listWaiting: ({ deps, connection, params, query, call }) =>
    listWaiting(deps, connection, { ...query, topic: params.topic }, call),
  planRequeue: ({ deps, connection, actor, params, body, call }) =>
    planRequeue(deps, connection, actor, { ...body, topic: params.topic }, call),
}
