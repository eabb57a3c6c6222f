import type { DegradedSource } from '#server/contracts/problem.ts'
import type { LevelInForce } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { type ComparedSchema, layOutSchema } from '#server/domain/schemas/compare-schemas.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaCatalogue, SchemaDraft, SchemaVersion } from '#server/ports/schema-catalogue.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'
import type { Connection } from './deps.ts'
import { degradedBy, type Fault, faultOf } from './fault.ts'

/** The registry of a connection, or the fault of asking for one where none is configured. */
export const registryOf = (connection: Connection): Result<SchemaRegistry, Fault> =>
  connection.registry
    ? succeed(connection.registry)
    : fail({
        code: 'unsupported',
        detail: `No schema registry is configured for ${connection.name}. Set registry.url of this connection in spillway.yaml.`,
        source: 'registry',
      })

/** What an optional call told, or why it did not. */
export type Told<T> =
  | { readonly value: T; readonly why: null }
  | { readonly value: null; readonly why: string }

/** Collects what optional calls did not tell: not offered is only said beside; a failure is named in `degraded` too. */
export const makeTelling = () => {
  const degraded: DegradedSource[] = []
  const told = async <T>(answer: Answer<T>): Promise<Told<T>> => {
    const { ok, ...rest } = await answer
    if (ok) return { value: (rest as { value: T }).value, why: null }
    const { error } = rest as { error: BrokerError }
    if (error.kind !== 'unsupported' && error.kind !== 'not-found') degraded.push(degradedBy(error))
    return { value: null, why: error.detail }
  }
  return { told, degraded }
}

/** The level in force for a subject or for all, as far as the registry tells. */
export const levelOf = (
  catalogue: SchemaCatalogue,
  subject: string | null,
  telling: ReturnType<typeof makeTelling>,
  call: Call,
): Promise<LevelInForce> => telling.told(catalogue.compatibility(subject, call))

/** A version with the texts that it refers to. What can not be read of those is left out. */
export const withReferences = async (
  registry: SchemaRegistry,
  version: SchemaVersion,
  call: Call,
): Promise<ComparedSchema> => {
  const whole = version.references.length === 0 ? null : await registry.schemaById(version.id, call)
  return { type: version.type, text: version.text, references: whole?.ok ? whole.value.references : [] }
}

/** A draft with the texts that it refers to, innermost first, or the fault of a reference that is not there. */
export const draftWithReferences = async (
  registry: SchemaRegistry,
  draft: SchemaDraft,
  call: Call,
): Promise<Result<ComparedSchema, Fault>> => {
  const texts = new Map<string, string>()
  for (const { name, subject, version } of draft.references) {
    const found = await registry.catalogue.version(subject, version, { deleted: false }, call)
    if (!found.ok)
      return fail({
        ...faultOf(found.error),
        detail: `Reference ${name} (${subject} version ${version}): ${found.error.detail}.`,
      })
    const inner = await withReferences(registry, found.value, call)
    for (const one of inner.references) texts.set(one.name, one.text)
    texts.set(name, found.value.text)
  }
  return succeed({
    type: draft.type,
    text: draft.text,
    references: [...texts].map(([name, text]) => ({ name, text })),
  })
}

/** The same schema laid out for reading, for a diff of lines. */
export const laidOut = (schema: ComparedSchema): string => layOutSchema(schema)

/** A fault that names what was asked for. */
export const namingSchema = (error: BrokerError, what: string, connection: Connection): Fault =>
  error.kind === 'not-found'
    ? { code: 'not-found', detail: `The registry of ${connection.name} has no ${what}.`, source: 'registry' }
    : faultOf(error)

/** Runs work for each item, at most so many at once, in their order. */
export const forEachOf = async <T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = []
  for (let index = 0; index < items.length; index += atOnce)
    results.push(...(await Promise.all(items.slice(index, index + atOnce).map(work))))
  return results
}
