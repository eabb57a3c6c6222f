import { findFrames, isFrame } from '#server/domain/payload/find-frames.ts'
import {
  keyOfReference,
  type LookUpSchema,
  type SchemaLookup,
  type SchemaReference,
} from '#server/domain/payload/payload-schema.ts'
import type { Call } from '#server/ports/call.ts'
import type { TopicChoices } from '#server/ports/payload-reading.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'

export type Lookups = {
  readonly of: LookUpSchema
  /** Why the registry could not be asked, or null. */
  readonly problem: string | null
}

const chosenId = (choice: string | undefined): SchemaReference[] =>
  choice?.startsWith('schema:') ? [{ by: 'id', id: Number(choice.slice('schema:'.length)) }] : []

const referencesOf = (
  { topic, key, value, headers }: RawMessage,
  choices: ReadonlyMap<string, TopicChoices>,
): SchemaReference[] => {
  const named = (['key', 'value'] as const).flatMap((side) => {
    const bytes = side === 'key' ? key : value
    return bytes === null ? [] : findFrames(bytes, headers, side).filter(isFrame)
  })
  const chosen = choices.get(topic)
  return [...named.map(({ reference }) => reference), ...chosenId(chosen?.key), ...chosenId(chosen?.value)]
}

const unknownGuids = 'this registry does not tell schemas by GUID'

const ask = async (
  reference: SchemaReference,
  registry: SchemaRegistry,
  call: Call,
): Promise<{ readonly lookup: SchemaLookup; readonly problem: string | null }> => {
  if (reference.by === 'glue') return { lookup: { state: 'none' }, problem: null }
  if (reference.by === 'guid' && !registry.schemaByGuid)
    return { lookup: { state: 'missing', why: unknownGuids }, problem: null }
  const answer =
    reference.by === 'id'
      ? await registry.schemaById(reference.id, call)
      : await registry.schemaByGuid?.(reference.guid, call)
  if (!answer) return { lookup: { state: 'none' }, problem: null }
  if (answer.ok) return { lookup: { state: 'found', schema: answer.value }, problem: null }
  const { kind, detail } = answer.error
  if (kind === 'not-found') return { lookup: { state: 'missing', why: detail }, problem: null }
  if (kind === 'unsupported')
    return { lookup: { state: 'missing', why: `${unknownGuids}: ${detail}` }, problem: null }
  // One optional call that fails says nothing of the registry as a whole.
  return {
    lookup: { state: 'unreachable', why: detail },
    problem: reference.by === 'id' ? detail : null,
  }
}

/** Asks the registry for every schema that messages, their headers or an operator's choice name, each once. */
export const lookUpSchemas = async (
  messages: readonly RawMessage[],
  choices: ReadonlyMap<string, TopicChoices>,
  registry: SchemaRegistry | null,
  call: Call,
): Promise<Lookups> => {
  if (registry === null) return { of: () => ({ state: 'none' }), problem: null }
  const references = new Map(
    messages
      .flatMap((message) => referencesOf(message, choices))
      .map((reference) => [keyOfReference(reference), reference] as const),
  )
  const found = new Map(
    await Promise.all(
      [...references].map(async ([key, reference]) => [key, await ask(reference, registry, call)] as const),
    ),
  )
  return {
    of: (reference) => found.get(keyOfReference(reference))?.lookup ?? { state: 'none' },
    problem: [...found.values()].findLast(({ problem }) => problem !== null)?.problem ?? null,
  }
}
