import type { z } from 'zod'
import type { registered, registerRequest } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { changeRegistry } from './change-registry.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { registryOf } from './read-catalogue.ts'

/** Registers a schema as the next version of a subject; a text that is registered there already answers its version. */
export const registerSchema = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { subject, confirm, reason, ...draft }: z.output<typeof registerRequest> & { readonly subject: string },
  call: Call,
): Promise<Result<z.output<typeof registered>, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const done = await changeRegistry(deps, connection, actor, {
    action: 'register schema',
    target: subject,
    confirm: { typed: confirm, wanted: subject },
    detail: `${draft.type}, ${draft.text.length} characters`,
    reason,
    run: () => catalogue.register(subject, draft, call),
  })
  if (!done.ok) return done
  const place = await catalogue.lookUp(subject, draft, call)
  const latest =
    place.ok && place.value ? place : await catalogue.version(subject, 'latest', { deleted: false }, call)
  if (!latest.ok || latest.value === null)
    return fail({
      code: 'registry-unreachable',
      detail: `It is registered under the id ${done.value}; the registry did not tell its version.`,
      source: 'registry',
    })
  return succeed({ subject, version: latest.value.version, id: done.value })
}
