import { z } from 'zod'
import { composition } from '#server/composition.ts'
import type { Permission } from '#server/contracts/permissions.ts'
import { fail, type Result } from '#server/domain/result.ts'
import type { Fault } from '#server/services/fault.ts'
import { actorOf, mayNot } from './actor.ts'
import { findConnection, parseAsked } from './operation.ts'
import { type RouteContext, readAsked } from './route.ts'

/** What a stream and a download have in common: an address with parameters, and who may ask for it. */
export type Opened = {
  readonly method: 'GET'
  readonly permission: Permission
  readonly params: z.ZodObject
  readonly query: z.ZodObject
}

/** Reads and checks what is asked, then opens it: permission, parsing, connection. The input is everything parsed. */
export const openAsked = async <T>(
  opened: Opened,
  open: (input: unknown) => Promise<Result<T, Fault>>,
  request: Request,
  context: RouteContext,
  signal: AbortSignal,
): Promise<Result<T, Fault>> => {
  const actor = actorOf(request.headers)
  const refusal = mayNot(actor, opened.permission)
  if (refusal) return fail(refusal)
  const asked = parseAsked({ ...opened, body: z.undefined() }, await readAsked(opened, request, context))
  if (!asked.ok) return asked
  const { deps } = composition()
  const connection = findConnection(deps, asked.value.params)
  if (!connection.ok) return connection
  return open({
    deps,
    actor,
    params: asked.value.params,
    query: asked.value.query,
    connection: connection.value,
    call: { signal },
    resumeAfter: request.headers.get('last-event-id'),
  })
}
