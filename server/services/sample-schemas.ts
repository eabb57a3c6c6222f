import type { MessageRow } from '#server/contracts/messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { MessageSide } from '#server/contracts/schemas.ts'
import { readSchemaId } from '#server/domain/payload/payload-schema.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { compareSchemas } from '#server/domain/schemas/compare-schemas.ts'
import { type JsonSchemaCheck, makeJsonSchemaCheck } from '#server/domain/schemas/fits-json-schema.ts'
import { formatsOf, judgeDrift, type SampledSide } from '#server/domain/schemas/judge-drift.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { SchemaVersion } from '#server/ports/schema-catalogue.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import {
  forgetSampledTopics,
  type NewSideSample,
  type NewSighting,
  readSampledAt,
  writeSampleProblem,
  writeSchemaSample,
} from '#server/repositories/schema-samples.ts'
import { readSendingServices } from '#server/repositories/sending-services.ts'
import { collectScan } from './collect-scan.ts'
import { decodeMessages } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { withReferences } from './read-catalogue.ts'

/** How much of a topic's newest messages is looked at. */
export type SampleSize = {
  readonly messages: number
  readonly budget: Budget
  readonly maxTextChars: number
  /** Whether a sample that its signal cut short is written as a problem, so that the next topic's turn comes. */
  readonly tellsCutShort: boolean
}
/** What the worker takes. */
const wholeSample: SampleSize = {
  messages: 100,
  budget: { messages: 300, bytes: 4 * 1024 * 1024, milliseconds: 3_000 },
  maxTextChars: 64 * 1024,
  tellsCutShort: true,
}
/** What a request takes that is waited for: enough to name the formats. One that is cut short leaves no trace. */
export const quickSample: SampleSize = {
  messages: 20,
  budget: { messages: 60, bytes: 512 * 1024, milliseconds: 1_500 },
  maxTextChars: 8 * 1024,
  tellsCutShort: false,
}
const nothingInTime = 'No message could be read within the time and the bytes that a sample may take.'
const cutShort = 'The sample took too long and was cut short.'
const mostTraces = 100

/** Tells the screens that samples are newer. */
export const announceSchemas = (deps: Deps, connection: Connection): Promise<void> =>
  notifyChanged(deps.db, 'schemas', connection.id)

/** Forgets what was seen in topics of a connection that are there no longer. `listed`: the names of those that are. */
export const forgetGoneTopics = async (
  deps: Deps,
  connection: Connection,
  listed: readonly TopicName[],
): Promise<void> => {
  const names = new Set<string>(listed)
  const sampled = await readSampledAt(deps.db, connection.id)
  if ([...sampled.keys()].some((topic) => !names.has(topic)))
    await forgetSampledTopics(deps.db, connection.id, listed)
}

export type SampledTopic = { readonly messages: number }

/**
 * Looks at the newest messages of a topic: which schemas they carry, whether they decode by them and fit the latest
 * version, and which services sent them. Writes what was seen. What can not be read is written as the sample's problem
 * and answered; so is a sample that the signal cut short, unless `size` says that this leaves no trace. Errors of the
 * database are thrown.
 */
export const sampleTopicSchemas = async (
  deps: Deps,
  connection: Connection,
  { name: topic, internal }: Pick<TopicState, 'name' | 'internal'>,
  call: Call,
  size: SampleSize = wholeSample,
): Promise<Result<SampledTopic, string>> => {
  const { registry, broker } = connection
  const atMs = deps.clock.nowMs()
  const giveUp = async (problem: string): Promise<Result<SampledTopic, string>> => {
    const isCutShort = call.signal.aborted
    const error = isCutShort ? cutShort : problem
    if (!isCutShort || size.tellsCutShort)
      await writeSampleProblem(deps.db, connection.id, topic, atMs, error)
    return fail(error)
  }
  const read =
    broker.messages &&
    (await collectScan(
      broker.messages,
      { topics: [{ topic }], order: 'newest', limit: size.messages, budget: size.budget },
      call,
    ))
  const problem = !read
    ? 'This broker can not be read by position.'
    : read.ok
      ? read.value.messages.length === 0
        ? (read.value.errors[0]?.error.detail ?? (read.value.stop === 'budget' ? nothingInTime : null))
        : null
      : read.error.detail
  if (problem !== null || !read?.ok) return giveUp(problem ?? 'not read')
  const { messages } = read.value
  const limits = { maxTextChars: size.maxTextChars, maxRawBytes: 0, wantsReports: false }
  const { rows, registryProblem } = await decodeMessages(messages, connection, limits, call)
  if (registryProblem !== null) return giveUp(registryProblem)
  const kind = topicKindOf(topic, internal, connection.deadLetterTopics)
  const services = await sendersOf(deps, topic, rows)
  const sides: NewSideSample[] = []
  for (const side of ['key', 'value'] as const) {
    const named = registry ? await namedSubject(registry, topic, side, call) : null
    const misfitOf = registry && named ? await makeMisfit(registry, named, rows, side, call) : () => null
    const sampled = rows.map((row, index) => sideOf(row, messages[index], side, registry !== null, misfitOf))
    const without = sampled.filter(({ isNull, namesSchema }) => !isNull && !namesSchema)
    sides.push({
      side,
      messages: sampled.filter(({ isNull }) => !isNull).length,
      nulls: sampled.filter(({ isNull }) => isNull).length,
      withoutSchema: without.length,
      format: formatsOf(without)[0] ?? null,
      formats: formatsOf(sampled),
      // What was given up on departs from its contract by its nature.
      drifts:
        kind === 'ordinary' && registry
          ? judgeDrift({
              topic,
              side,
              atMs,
              messages: sampled,
              named: named ? { subject: named.subject, latest: named.version } : null,
            })
          : [],
      problem: null,
      sightings: sightingsOf(sampled, rows, services, atMs),
    })
  }
  // What was not looked up in time would read as what is not there.
  if (call.signal.aborted) return giveUp(cutShort)
  await writeSchemaSample(deps.db, connection.id, topic, atMs, sides)
  return succeed({ messages: messages.length })
}

const sideOf = (
  row: MessageRow,
  raw: RawMessage | undefined,
  side: MessageSide,
  hasRegistry: boolean,
  misfitOf: (row: MessageRow) => string | null,
): SampledSide => {
  const { kind, schema, problem } = row[side]
  const written = raw ? readSchemaId(raw[side]) : null
  // Where the registry has no such id and nothing is wrong, the first byte was no magic byte.
  const isUnknown = hasRegistry && schema === null && written !== null && problem !== null
  return {
    position: row.position,
    format: kind,
    isNull: kind === 'null',
    schemaId: schema?.id ?? (isUnknown ? written : null),
    namesSchema: schema !== null || problem !== null,
    subject: schema?.name ?? null,
    version: schema?.version ?? null,
    isUnknown,
    problem,
    misfit: schema === null || problem !== null ? null : misfitOf(row),
  }
}

/** The latest version of the subject by the topic's name; null when there is none, or when it was not told. */
const namedSubject = async (
  { catalogue }: SchemaRegistry,
  topic: string,
  side: MessageSide,
  call: Call,
): Promise<SchemaVersion | null> => {
  const found = await catalogue.version(`${topic}-${side}`, 'latest', { deleted: false }, call)
  return found.ok ? found.value : null
}

/**
 * Why the latest version can not read a message: by its meaning against the version that the message was written with,
 * and for JSON Schema by the document itself.
 */
const makeMisfit = async (
  registry: SchemaRegistry,
  latest: SchemaVersion,
  rows: readonly MessageRow[],
  side: MessageSide,
  call: Call,
): Promise<(row: MessageRow) => string | null> => {
  const newest = await withReferences(registry, latest, call)
  const check: JsonSchemaCheck | null = latest.type === 'JSON' ? makeJsonSchemaCheck(newest) : null
  const byId = new Map<number, string | null>()
  for (const id of new Set(rows.flatMap((row) => row[side].schema?.id ?? []))) {
    if (id === latest.id || check !== null) continue
    const written = await registry.schemaById(id, call)
    if (!written.ok) continue
    const { backward, changes, problem } = compareSchemas(written.value, newest)
    const first = changes.find((change) => change.backward === 'breaks')
    byId.set(
      id,
      backward === 'breaks' ? (problem ?? (first ? `${first.sentence} ${first.backwardWords}` : null)) : null,
    )
  }
  return (row) => {
    const { text, truncated, schema } = row[side]
    if (check && text !== null && !truncated) return check(text)
    return (schema?.id != null && byId.get(schema.id)) || null
  }
}

/** Services that sent each message, by its trace. */
const sendersOf = async (
  deps: Deps,
  topic: string,
  rows: readonly MessageRow[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const traces = [...new Set(rows.flatMap(({ traceId }) => traceId ?? []))].slice(0, mostTraces)
  return readSendingServices(deps.db, topic, traces)
}

const sightingsOf = (
  sampled: readonly SampledSide[],
  rows: readonly MessageRow[],
  services: ReadonlyMap<string, readonly string[]>,
  atMs: number,
): NewSighting[] => {
  const ids = [...new Set(sampled.flatMap(({ schemaId }) => schemaId ?? []))]
  return ids.map((schemaId) => {
    const mine = rows.filter((_, index) => sampled[index]?.schemaId === schemaId)
    const first = sampled.find((one) => one.schemaId === schemaId)
    const times = mine.map(({ timestampMs }) => timestampMs ?? atMs)
    return {
      schemaId,
      subject: first?.subject ?? null,
      version: first?.version ?? null,
      firstSeenAtMs: Math.min(...times),
      lastSeenAtMs: Math.max(...times),
      inSample: mine.length,
      services: [...new Set(mine.flatMap(({ traceId }) => services.get(traceId ?? '') ?? []))].sort(),
    }
  })
}
