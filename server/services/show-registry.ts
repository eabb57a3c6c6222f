import type { RegistryDetail } from '#server/contracts/schemas.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'
import type { Fault } from './fault.ts'
import { levelOf, makeTelling, registryOf, type Told } from './read-catalogue.ts'

/** What of the registry's API answers on this connection, each call by itself. */
export const showRegistry = async (
  connection: Connection,
  call: Call,
): Promise<Result<RegistryDetail, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const telling = makeTelling()
  const [subjects, compatibility, mode, contexts, types] = await Promise.all([
    telling.told(catalogue.subjects({ deleted: false }, call)),
    levelOf(catalogue, null, telling, call),
    telling.told(catalogue.mode(null, call)),
    telling.told(catalogue.contexts(call)),
    telling.told(catalogue.types(call)),
  ])
  return succeed({
    subjects: subjects.value === null ? subjects : { value: subjects.value.length, why: null },
    compatibility,
    mode,
    contexts: copied(contexts),
    types: copied(types),
  })
}

const copied = (told: Told<readonly string[]>): Told<string[]> =>
  told.value === null ? told : { value: [...told.value], why: null }
