import type { z } from 'zod'
import type { DraftVerdict, schemaDraft } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { type ComparedSchema, compareSchemas } from '#server/domain/schemas/compare-schemas.ts'
import { compareTexts } from '#server/domain/schemas/compare-texts.ts'
import { draftRules } from '#server/domain/schemas/draft-rules.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'
import { writeRefusal } from './change-registry.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import {
  draftWithReferences,
  laidOut,
  levelOf,
  makeTelling,
  registryOf,
  withReferences,
} from './read-catalogue.ts'

const nothing = { problem: null, registeredAs: null, latest: null, meaning: null, rules: [], lines: [] }

/**
 * Tries a draft: whether its text can be read, what the registry says to it under the level in force, and what would
 * change for whom against the latest version. Nothing is registered.
 */
export const testSchema = async (
  _deps: Deps,
  connection: Connection,
  { subject, ...draft }: z.output<typeof schemaDraft> & { readonly subject: string },
  call: Call,
): Promise<Result<DraftVerdict, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const telling = makeTelling()
  const [latest, level, place, resolved] = await Promise.all([
    catalogue.version(subject, 'latest', { deleted: false }, call),
    levelOf(catalogue, subject, telling, call),
    catalogue.lookUp(subject, draft, call),
    draftWithReferences(registry.value, draft, call),
  ])
  if (!latest.ok && latest.error.kind !== 'not-found') return fail(faultOf(latest.error))
  const base = {
    ...nothing,
    level,
    writeRefusedBecause: writeRefusal(connection),
    environment: { name: connection.environment.name, production: connection.environment.production },
    registeredAs: place.ok ? (place.value?.version ?? null) : null,
    latest: latest.ok ? { version: latest.value.version, type: latest.value.type } : null,
  }
  if (!resolved.ok) return succeed({ ...base, problem: resolved.error.detail })
  const problem = compareSchemas(resolved.value, resolved.value).problem
  if (problem !== null) return succeed({ ...base, problem: sayProblem(problem, resolved.value) })
  if (!latest.ok) return succeed(base)
  const older = await withReferences(registry.value, latest.value, call)
  const { changes, ...meaning } = compareSchemas(older, resolved.value)
  return succeed({
    ...base,
    meaning: { ...meaning, changes: [...changes] },
    rules: draftRules(
      level.value?.level ?? null,
      meaning,
      await askRegistry(registry.value, subject, draft, call),
    ),
    lines: compareTexts(laidOut(older), laidOut(resolved.value)),
  })
}

const askRegistry = async (
  { catalogue }: SchemaRegistry,
  subject: string,
  draft: z.output<typeof schemaDraft>,
  call: Call,
) => {
  const [latest, all] = await Promise.all([
    catalogue.test(subject, draft, 'latest', call),
    catalogue.test(subject, draft, 'all', call),
  ])
  return {
    latest: latest.ok ? latest.value : latest.error.detail,
    all: all.ok ? all.value : all.error.detail,
  }
}

/** The parser's message with the line it is about, where JSON tells a position. */
const sayProblem = (problem: string, { text }: ComparedSchema): string => {
  const words = problem.replace(/^The meaning can not be compared: /, '')
  const written = / at position (\d+)/.exec(words)?.[1]
  const position = written ?? (words.includes('end of JSON') ? text.length : null)
  if (position === null || words.includes('line ')) return words
  const before = text.slice(0, Number(position)).split('\n')
  return `${words} (line ${before.length}, character ${(before.at(-1)?.length ?? 0) + 1})`
}
