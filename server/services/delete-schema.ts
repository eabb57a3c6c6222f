import type { z } from 'zod'
import type { deleted, deleteRequest } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { changeRegistry } from './change-registry.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { planSchemaDeletion } from './plan-schema-deletion.ts'
import { registryOf } from './read-catalogue.ts'

/**
 * Deletes a version or a whole subject as its plan said. When other versions are there by now, or something speaks
 * against it that refuses, nothing is deleted: `conflict`.
 */
export const deleteSchema = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  request: z.output<typeof deleteRequest> & { readonly subject: string },
  call: Call,
): Promise<Result<z.output<typeof deleted>, Fault>> => {
  const { subject, version, permanent, confirm, reason } = request
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const planned = await planSchemaDeletion(
    deps,
    connection,
    { subject, permanent, ...(version === null ? {} : { version }) },
    call,
  )
  if (!planned.ok) return planned
  const versions = planned.value.versions.map((one) => one.version)
  if (versions.join() !== request.versions.join())
    return fail({
      code: 'conflict',
      detail: `${subject} has other versions by now: the plan named ${request.versions.join(', ') || 'none'}, there are ${versions.join(', ') || 'none'}. Nothing was deleted.`,
    })
  const refusal = planned.value.findings.find(({ severity }) => severity === 'refused')
  if (refusal) return fail({ code: 'conflict', detail: `${refusal.sentence} Nothing was deleted.` })
  const what = version === null ? `versions ${versions.join(', ')}` : `version ${version}`
  const done = await changeRegistry<unknown>(deps, connection, actor, {
    action: permanent ? 'delete schema for good' : 'delete schema',
    target: version === null ? subject : `${subject} version ${version}`,
    confirm: { typed: confirm, wanted: subject },
    detail: `${what}${permanent ? ', for good' : ', softly'}`,
    reason,
    run: () =>
      version === null
        ? catalogue.deleteSubject(subject, { permanent }, call)
        : catalogue.deleteVersion(subject, version, { permanent }, call),
  })
  return done.ok ? succeed({ subject, versions }) : done
}
