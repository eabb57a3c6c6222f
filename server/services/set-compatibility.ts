import type { LevelInForce } from '#server/contracts/schemas.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { changeRegistry } from './change-registry.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { levelOf, makeTelling, registryOf } from './read-catalogue.ts'

/**
 * Sets the compatibility level of a subject, or of all subjects without one of their own (`subject` null). Level null
 * takes the subject's own level away. Versions that are registered already are not checked anew by any registry.
 */
export const setCompatibility = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  change: { readonly subject: string | null; readonly level: string | null; readonly confirm: string },
  call: Call,
): Promise<Result<{ compatibility: LevelInForce }, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const { subject, level, confirm } = change
  const done = await changeRegistry(deps, connection, actor, {
    action: 'set schema compatibility',
    target: subject ?? 'all subjects',
    confirm: { typed: confirm, wanted: subject ?? connection.name },
    detail: level ?? 'the level of all',
    run: () => catalogue.setCompatibility(subject, level, call),
  })
  if (!done.ok) return done
  return succeed({ compatibility: await levelOf(catalogue, subject, makeTelling(), call) })
}
