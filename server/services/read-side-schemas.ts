import type { Side } from '#server/contracts/decoders.ts'
import type { SideSchema } from '#server/contracts/letter-moment.ts'
import type { DegradedSource } from '#server/contracts/problem.ts'
import { findFrames, isFrame } from '#server/domain/payload/find-frames.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'
import { describeMessage } from './decode-messages.ts'
import type { Connection } from './deps.ts'
import { degradedBy } from './fault.ts'

export type SideSchemas = {
  readonly schemas: SideSchema[]
  /** Why there are none; null where there is one. */
  readonly noSchema: string | null
  readonly degraded: DegradedSource[]
}

/**
 * The schemas that key and value of a message name, as they were written with and as the registry holds them now: whether
 * the id is still registered, whether the payload decodes with it, and what the subject's latest version is.
 */
export const readSideSchemas = async (
  connection: Connection,
  message: RawMessage,
  originTopic: string | null,
  call: Call,
): Promise<SideSchemas> => {
  const { registry } = connection
  const named = (['key', 'value'] as const).flatMap((side) => {
    const bytes = message[side]
    const frame = bytes === null ? undefined : findFrames(bytes, message.headers, side).find(isFrame)
    const reference = frame?.reference
    return reference && reference.by !== 'glue' ? [{ side, reference }] : []
  })
  if (!registry) return { schemas: [], noSchema: 'This connection has no schema registry.', degraded: [] }
  const described = await describeMessage(message, connection, call)
  const degraded: DegradedSource[] = described.registryProblem
    ? [{ source: 'registry', code: 'registry-unreachable', detail: described.registryProblem }]
    : []
  const schemas: SideSchema[] = []
  const topics = originTopic === null ? [message.topic] : [originTopic, message.topic]
  for (const { side, reference } of named) {
    const decoded = described[side]
    // Five bytes that begin with a zero may be anything: no schema was meant where the registry knows none and another
    // decoder has read it.
    if (decoded.schema === null && decoded.problem === null) continue
    const id = reference.by === 'id' ? reference.id : (decoded.schema?.id ?? null)
    const now = await readNow(registry, side, id, decoded.schema?.name ?? null, topics, call)
    if (now.degraded && degraded.length === 0) degraded.push(now.degraded)
    schemas.push({
      side,
      id,
      guid: reference.by === 'guid' ? reference.guid : null,
      subject: now.subject,
      version: now.version ?? (now.subject === decoded.schema?.name ? decoded.schema.version : null),
      registered: now.registered,
      decodes: now.registered === 'unknown' ? null : decoded.schema !== null && decoded.problem === null,
      problem: decoded.problem,
      latestVersion: now.latestVersion,
    })
  }
  return {
    schemas,
    noSchema:
      schemas.length > 0 ? null : 'Neither its key nor its value names a schema: they are read without one.',
    degraded,
  }
}

type Now = Pick<SideSchema, 'subject' | 'version' | 'registered' | 'latestVersion'> & {
  readonly degraded: DegradedSource | null
}

const readNow = async (
  registry: SchemaRegistry,
  side: Side,
  id: number | null,
  known: string | null,
  topics: readonly string[],
  call: Call,
): Promise<Now> => {
  const [found, places] = await Promise.all([
    id === null ? null : registry.schemaById(id, call),
    id === null ? null : registry.catalogue.placesOf(id, call),
  ])
  // The same text has one id under all subjects: that of the topic is the one that counts, and serialisers name it so.
  const usual = topics.map((topic) => `${topic}-${side}`)
  const at = (subject: string | null) =>
    places?.ok ? places.value.find((one) => one.subject === subject) : undefined
  const place =
    usual.map(at).find((one) => one !== undefined) ?? at(known) ?? (places?.ok ? places.value[0] : undefined)
  const subject = place?.subject ?? known ?? usual[0] ?? ''
  const versions = await registry.catalogue.versions(subject, { deleted: false }, call)
  const failed = [found, versions].find(
    (answer) =>
      answer && !answer.ok && answer.error.kind !== 'not-found' && answer.error.kind !== 'unsupported',
  )
  const registered = (): Now['registered'] => {
    if (found === null) return known === null ? 'unknown' : 'yes'
    if (!found.ok) return found.error.kind === 'not-found' ? 'gone' : 'unknown'
    if (!place || place.subject !== subject) return 'yes'
    if (versions.ok) return versions.value.includes(place.version) ? 'yes' : 'deleted'
    return versions.error.kind === 'not-found' ? 'deleted' : 'yes'
  }
  return {
    subject: place?.subject ?? known ?? (versions.ok ? subject : null),
    version: place?.version ?? null,
    registered: registered(),
    latestVersion: versions.ok ? (versions.value.at(-1) ?? null) : null,
    degraded: failed && !failed.ok ? degradedBy(failed.error) : null,
  }
}
