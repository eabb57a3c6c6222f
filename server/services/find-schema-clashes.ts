import { isSameSchema } from '#server/domain/schemas/is-same-schema.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'
import type { FoundLetters } from './found-letters.ts'
import type { Judged } from './judge-letters.ts'

/** So long is waited for both registries, in milliseconds. */
const patienceMs = 6_000

/**
 * Letters that go to another connection and name a schema by an id that stands for another schema in the registry there:
 * consumers would read them with that. Ids that one of the registries does not have, or can not tell now, are left to
 * `findSchemaProblems`.
 */
export const findSchemaClashes = async (
  source: Connection,
  target: Connection,
  ready: readonly Judged[],
  call: Call,
): Promise<FoundLetters> => {
  const [here, there] = [source.registry, target.registry]
  const clashes = new Set<number>()
  if (here && there && source.id !== target.id) {
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)])
    const ids = new Set(
      ready.flatMap(({ record }) =>
        (record?.schemas ?? []).flatMap((one) => (one.by === 'id' ? one.id : [])),
      ),
    )
    for (const id of ids) {
      const [own, other] = await Promise.all([
        here.schemaById(id, { signal }),
        there.schemaById(id, { signal }),
      ])
      if (own.ok && other.ok && !isSameSchema(own.value, other.value)) clashes.add(id)
    }
  }
  const letters = ready.filter(({ record }) =>
    record?.schemas.some((one) => one.by === 'id' && clashes.has(one.id)),
  )
  const names = [...clashes]
  const more = names.length > 5 ? ` and ${names.length - 5} more` : ''
  return ['schema-clash', letters, ` (schema ${names.slice(0, 5).join(', ')}${more})`]
}
