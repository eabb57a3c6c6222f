import type { TopicName } from '#server/contracts/scalars.ts'
import type { SchemaSighting, TopicSchemas } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaCatalogue } from '#server/ports/schema-catalogue.ts'
import { readSideSamples, readSightings, type SideSample } from '#server/repositories/schema-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { makeTelling, registryOf } from './read-catalogue.ts'
import { namingTopic } from './read-topic-facts.ts'

/** The contract of a topic: its subjects for key and value, the schemas its newest messages carry, and the drift. */
export const showTopicSchemas = async (
  deps: Deps,
  connection: Connection,
  topic: TopicName,
  call: Call,
): Promise<Result<TopicSchemas, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const telling = makeTelling()
  const [found, samples, sightings] = await Promise.all([
    connection.broker.topics.find(topic, call),
    readSideSamples(deps.db, connection.id, topic),
    readSightings(deps.db, connection.id, { topic }),
  ])
  const named = namingTopic(found, topic, connection)
  if (!named.ok) return fail(faultOf(named.error))
  const sides: TopicSchemas['sides'] = []
  for (const side of ['value', 'key'] as const) {
    const sample = samples.find((one) => one.side === side)
    const seen = sightings.filter((one) => one.side === side)
    sides.push({
      side,
      subjects: await subjectsOf(registry.value.catalogue, `${topic}-${side}`, seen, telling, call),
      sample: sample ? sampleView(sample) : null,
      sightings: seen,
      drifts: [...(sample?.drifts ?? [])],
    })
  }
  return succeed({ topic, sides, degraded: telling.degraded.slice(0, 1) })
}

const sampleView = ({ sampledAt, messages, nulls, withoutSchema, format, problem }: SideSample) => ({
  sampledAt,
  messages,
  nulls,
  withoutSchema,
  format,
  problem,
})

const subjectsOf = async (
  catalogue: SchemaCatalogue,
  byName: string,
  sightings: readonly SchemaSighting[],
  telling: ReturnType<typeof makeTelling>,
  call: Call,
): Promise<TopicSchemas['sides'][number]['subjects']> => {
  const names = [...new Set([byName, ...sightings.flatMap(({ subject }) => subject ?? [])])]
  const found = await Promise.all(
    names.map(async (subject) => {
      const { value } = await telling.told(catalogue.version(subject, 'latest', { deleted: false }, call))
      const latest = value ? { version: value.version, id: value.id, type: value.type } : null
      return { subject, latest, byName: subject === byName }
    }),
  )
  return found.filter(({ latest, subject }) => latest !== null || subject !== byName)
}
