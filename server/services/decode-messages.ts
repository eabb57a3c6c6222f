import type { Side } from '#server/contracts/decoders.ts'
import type { DecodedSide, MessageDetail, MessageRow } from '#server/contracts/messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { DeadLetterRules } from '#server/domain/dead-letter-rules.ts'
import { describeHeader } from '#server/domain/known-headers.ts'
import { makeSchemaCompiler } from '#server/domain/payload/compile-schema.ts'
import { decodeSide } from '#server/domain/payload/decode-side.ts'
import { findFrames, isFrame } from '#server/domain/payload/find-frames.ts'
import { traceIdOfHeaders } from '#server/domain/trace-id-of-headers.ts'
import type { Call } from '#server/ports/call.ts'
import type { PayloadReading, TopicChoices } from '#server/ports/payload-reading.ts'
import { formatPosition, type RawMessage } from '#server/ports/raw-message.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'
import { type Lookups, lookUpSchemas } from './look-up-schemas.ts'

export type DecodeDeps = {
  readonly registry: SchemaRegistry | null
  readonly reading?: PayloadReading
  readonly deadLetterRules?: DeadLetterRules
}
export type DecodeLimits = {
  readonly maxTextChars: number
  readonly maxRawBytes: number
  /** What each decoder said, and the numbers behind times. */
  readonly wantsReports?: boolean
}

/** For rows of a list. */
export const rowLimits: DecodeLimits = { maxTextChars: 600, maxRawBytes: 0 }
/** For one message looked at: the first 64 kB at once, the rest when asked for. */
const detailLimits: DecodeLimits = {
  maxTextChars: 64 * 1024,
  maxRawBytes: 64 * 1024,
  wantsReports: true,
}

const compile = makeSchemaCompiler()

type Choices = ReadonlyMap<TopicName, TopicChoices>
type Reading = { readonly lookups: Lookups; readonly choices: Choices; readonly deps: DecodeDeps }

const readyToDecode = async (
  messages: readonly RawMessage[],
  deps: DecodeDeps,
  call: Call,
): Promise<Reading> => {
  const choices: Choices =
    (await deps.reading?.choices([...new Set(messages.map(({ topic }) => topic))])) ?? new Map()
  return { lookups: await lookUpSchemas(messages, choices, deps.registry, call), choices, deps }
}

/** One side of a message as the operators' choice or the chain of decoders reads it. */
const readSide = (
  { topic, key, value, headers }: RawMessage,
  side: Side,
  { lookups, choices, deps }: Reading,
  limits: DecodeLimits,
) => {
  const files = deps.reading?.protoFiles()
  return decodeSide(side === 'key' ? key : value, {
    topic,
    side,
    headers,
    key,
    lookUp: lookups.of,
    compile,
    proto: files?.types ? { types: files.types, type: files.typeFor(topic, side) } : null,
    choice: choices.get(topic)?.[side] ?? null,
    wantsReports: false,
    ...limits,
  })
}

const rowOf = (message: RawMessage, reading: Reading, limits: DecodeLimits): MessageRow => {
  const { topic, partition, offset, timestampMs, timestampType, key, value, headers } = message
  return {
    topic,
    partition,
    offset: offset.toString(),
    position: formatPosition(partition, offset),
    timestampMs: timestampMs < 0n ? null : Number(timestampMs),
    timestampType,
    key: readSide(message, 'key', reading, limits),
    value: readSide(message, 'value', reading, limits),
    headerCount: headers.length,
    sizeBytes: (key?.length ?? 0) + (value?.length ?? 0),
    isTombstone: value === null,
    traceId: traceIdOfHeaders(headers),
    ...(message.transaction ? { transaction: message.transaction } : {}),
  }
}

/**
 * Decodes messages through the registry or by sniffing. Each schema is asked for once. When the registry can not be
 * asked, payloads are sniffed and `registryProblem` says why.
 */
export const decodeMessages = async (
  messages: readonly RawMessage[],
  deps: DecodeDeps,
  limits: DecodeLimits,
  call: Call,
): Promise<{ rows: MessageRow[]; registryProblem: string | null }> => {
  const reading = await readyToDecode(messages, deps, call)
  return {
    rows: messages.map((message) => rowOf(message, reading, limits)),
    registryProblem: reading.lookups.problem,
  }
}

/** One message whole: both sides, headers with their meaning, raw bytes. */
export const describeMessage = async (
  message: RawMessage,
  deps: DecodeDeps,
  call: Call,
  limits: DecodeLimits = detailLimits,
): Promise<MessageDetail> => {
  const reading = await readyToDecode([message], deps, call)
  return {
    ...rowOf(message, reading, limits),
    headers: message.headers.map((header) => describeHeader(header, true, deps.deadLetterRules)),
    registryProblem: reading.lookups.problem,
  }
}

const wholeLimits: DecodeLimits = {
  maxTextChars: Number.MAX_SAFE_INTEGER,
  maxRawBytes: 0,
}

/** For a message that is edited: all of it, which a browser holds as a text. */
export const editLimits: DecodeLimits = { maxTextChars: 4 * 1024 * 1024, maxRawBytes: 2 * 1024 * 1024 }

/** Kinds whose text is the payload itself, or what stands after the schema id. */
const writtenAsText: ReadonlySet<DecodedSide['kind']> = new Set([
  'json',
  'json-schema',
  'cloudevent',
  'xml',
  'text',
])

/**
 * The text of one side of a message, whole: as it was written where the payload is a text, without laying it out, which
 * would hold up other requests; otherwise as it is decoded. Null for a null side.
 */
export const readWholeText = async (
  message: RawMessage,
  side: Side,
  deps: DecodeDeps,
  call: Call,
): Promise<{ readonly text: Uint8Array; readonly isJson: boolean } | null> => {
  const bytes = side === 'key' ? message.key : message.value
  if (bytes === null) return null
  const reading = await readyToDecode([message], deps, call)
  const glance = readSide(message, side, reading, detailLimits)
  const isJson = glance.kind !== 'text' && glance.kind !== 'xml'
  if (writtenAsText.has(glance.kind)) {
    // A prefix that names a schema begins with 0, 1 or 3, which no text does.
    const named = findFrames(bytes, message.headers, side).find(isFrame)
    return { text: (bytes[0] ?? 0) > 3 ? bytes : (named?.body ?? bytes), isJson }
  }
  const whole = glance.truncated ? readSide(message, side, reading, wholeLimits) : glance
  return { text: Buffer.from(whole.text ?? '', 'utf8'), isJson: whole.isJson }
}
