import type { MessageDetail, MessageRow } from '#server/contracts/messages.ts'
import { describeHeader } from '#server/domain/known-headers.ts'
import { makeSchemaCompiler } from '#server/domain/payload/compile-schema.ts'
import { decodeSide } from '#server/domain/payload/decode-side.ts'
import { readSchemaId, type SchemaLookup } from '#server/domain/payload/payload-schema.ts'
import { traceIdOfHeaders } from '#server/domain/trace-id-of-headers.ts'
import { formatPosition, type RawMessage } from '#server/ports/broker.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'

export type DecodeDeps = { readonly registry: SchemaRegistry | null }
export type DecodeLimits = { readonly maxTextChars: number; readonly maxRawBytes: number }

/** For rows of a list. */
export const rowLimits: DecodeLimits = { maxTextChars: 600, maxRawBytes: 0 }
/** For one message looked at. */
export const detailLimits: DecodeLimits = { maxTextChars: 512 * 1024, maxRawBytes: 64 * 1024 }

const compile = makeSchemaCompiler()

type Lookups = { readonly of: (bytes: Uint8Array | null) => SchemaLookup; readonly problem: string | null }

const lookUpSchemas = async (
  messages: readonly RawMessage[],
  registry: SchemaRegistry | null,
  call: Call,
): Promise<Lookups> => {
  if (registry === null) return { of: () => ({ state: 'none' }), problem: null }
  const ids = new Set(messages.flatMap(({ key, value }) => [readSchemaId(key), readSchemaId(value)]))
  let problem: string | null = null
  const found = new Map(
    await Promise.all(
      [...ids]
        .filter((id) => id !== null)
        .map(async (id): Promise<[number, SchemaLookup]> => {
          const answer = await registry.schemaById(id, call)
          if (answer.ok) return [id, { state: 'found', schema: answer.value }]
          const { kind, detail } = answer.error
          if (kind !== 'not-found') problem = detail
          return [id, { state: kind === 'not-found' ? 'missing' : 'unreachable', id, why: detail }]
        }),
    ),
  )
  return { of: (bytes) => found.get(readSchemaId(bytes) ?? -1) ?? { state: 'none' }, problem }
}

const rowOf = (message: RawMessage, lookups: Lookups, limits: DecodeLimits): MessageRow => {
  const { topic, partition, offset, timestampMs, timestampType, key, value, headers } = message
  const side = (name: 'key' | 'value', bytes: Uint8Array | null) =>
    decodeSide(bytes, { side: name, headers, schema: lookups.of(bytes), compile, ...limits })
  return {
    topic,
    partition,
    offset: offset.toString(),
    position: formatPosition(partition, offset),
    timestampMs: timestampMs < 0n ? null : Number(timestampMs),
    timestampType,
    key: side('key', key),
    value: side('value', value),
    headerCount: headers.length,
    sizeBytes: (key?.length ?? 0) + (value?.length ?? 0),
    isTombstone: value === null,
    traceId: traceIdOfHeaders(headers),
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
  const lookups = await lookUpSchemas(messages, deps.registry, call)
  return {
    rows: messages.map((message) => rowOf(message, lookups, limits)),
    registryProblem: lookups.problem,
  }
}

/** One message whole: both sides, headers with their meaning, raw bytes. */
export const describeMessage = async (
  message: RawMessage,
  deps: DecodeDeps,
  call: Call,
): Promise<MessageDetail> => {
  const lookups = await lookUpSchemas([message], deps.registry, call)
  return {
    ...rowOf(message, lookups, detailLimits),
    headers: message.headers.map((header) => describeHeader(header, true)),
    registryProblem: lookups.problem,
  }
}
