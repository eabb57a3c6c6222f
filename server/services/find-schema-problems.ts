import { detachMessage } from '#server/domain/detach-message.ts'
import {
  keyOfReference,
  nameOfReference,
  type SchemaReference,
} from '#server/domain/payload/payload-schema.ts'
import { schemasOf } from '#server/domain/payload/schemas-of-value.ts'
import { sayCount, sayMany } from '#server/domain/say-amounts.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { describeMessage } from './decode-messages.ts'
import type { Connection } from './deps.ts'
import type { FoundLetters } from './found-letters.ts'
import type { Judged } from './judge-letters.ts'

/** Values that are decoded to see whether their schema still fits, of each schema and of all. */
const triedOfSchema = 2
const triedOfAll = 20
const largestTriedBytes = 256 * 1024
/** So long is waited for the registry, in milliseconds. */
const patienceMs = 6_000

/** Gathers what is needed to judge the schemas of a plan while its records go by. */
export const makeSchemaSample = () => {
  const tried = new Map<string, RawMessage[]>()
  let count = 0
  return {
    /** Keeps a few values of each schema. */
    take: (message: RawMessage, references: readonly SchemaReference[]): void => {
      const [reference] = references
      if (!reference || count >= triedOfAll || (message.value?.length ?? 0) > largestTriedBytes) return
      const some = tried.get(keyOfReference(reference)) ?? []
      if (some.length >= triedOfSchema) return
      tried.set(keyOfReference(reference), [...some, detachMessage(message)])
      count += 1
    },
    tried: (): readonly RawMessage[] => [...tried.values()].flat(),
  }
}
export type SchemaSample = ReturnType<typeof makeSchemaSample>

/**
 * Letters whose values name schemas that the registry does not have any more, and those of a sample that their schema
 * does not decode. Nothing is said while the registry can not be asked, but that.
 */
export const findSchemaProblems = async (
  connection: Connection,
  ready: readonly Judged[],
  sample: SchemaSample,
  call: Call,
): Promise<readonly FoundLetters[]> => {
  const { registry } = connection
  const named = ready.filter(({ record }) => (record?.schemas.length ?? 0) > 0)
  if (!registry || named.length === 0) return []
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)])
  const references = new Map(
    named.flatMap(({ record }) => record?.schemas ?? []).map((one) => [keyOfReference(one), one]),
  )
  const missing = new Set<string>()
  const unasked = new Set<string>()
  for (const [key, reference] of references) {
    const answer =
      reference.by === 'id'
        ? await registry.schemaById(reference.id, { signal })
        : await registry.schemaByGuid?.(reference.guid, { signal })
    if (answer?.ok) continue
    if (answer?.error.kind === 'not-found') missing.add(key)
    else unasked.add(key)
  }
  const lettersOf = (keys: ReadonlySet<string>) =>
    named.filter(({ record }) => record?.schemas.some((one) => keys.has(keyOfReference(one))))
  const names = [...missing].flatMap((key) => {
    const reference = references.get(key)
    return reference ? [nameOfReference(reference)] : []
  })
  const said = names.slice(0, 5).join(', ')
  const more = names.length > 5 ? ` and ${sayCount(names.length - 5)} more` : ''
  const undecodable = await findUndecodable(connection, ready, sample, missing, { signal })
  return [
    ['schema-gone', lettersOf(missing), ` (schema ${said}${more})`],
    ['schema-unasked', lettersOf(unasked)],
    ['undecodable', undecodable.letters, undecodable.words],
  ]
}

const findUndecodable = async (
  connection: Connection,
  ready: readonly Judged[],
  sample: SchemaSample,
  missing: ReadonlySet<string>,
  call: Call,
): Promise<{ readonly letters: readonly Judged[]; readonly words: string }> => {
  const tried = sample
    .tried()
    .filter((message) => schemasOf(message).every((one) => !missing.has(keyOfReference(one))))
  const placeOf = ({ topic, partition, offset }: { topic: string; partition: number; offset: bigint }) =>
    `${topic} ${partition}@${offset}`
  const failed = new Map<string, string>()
  for (const message of tried) {
    if (call.signal.aborted) break
    const { value, registryProblem } = await describeMessage(message, connection, call)
    if (registryProblem === null && value.problem !== null) failed.set(placeOf(message), value.problem)
  }
  const letters = ready.filter(({ letter }) => failed.has(placeOf(letter)))
  const [first] = letters
  return {
    letters,
    words: ` (of ${sayMany(tried.length, 'that was', 'that were')} tried${first ? `: ${failed.get(placeOf(first.letter))}` : ''})`,
  }
}
