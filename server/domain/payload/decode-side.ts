import { type DecoderChoice, nameOfChoice, type Side } from '#server/contracts/decoders.ts'
import type { DecodedSide } from '#server/contracts/messages.ts'
import type { RawHeader } from '../dead-letter.ts'
import type { SchemaCompiler } from './compile-schema.ts'
import { type ConfiguredProto, type DecodeContext, type Decoded, isDecoded } from './decoder.ts'
import { findSchemaProblem } from './decoders/by-schema.ts'
import { binaryEventOf } from './decoders/json.ts'
import { shownBytes } from './decoders/plain.ts'
import { decoders } from './decoders.ts'
import { findFrames, isFrame } from './find-frames.ts'
import type { LookUpSchema, PayloadSchema } from './payload-schema.ts'
import { readByChoice } from './read-by-choice.ts'
import { reportDecoders } from './report-decoders.ts'

export type DecodeOptions = {
  readonly topic: string
  readonly side: Side
  readonly headers: readonly RawHeader[]
  /** The message's key: a value of Kafka's own topics is told by it. */
  readonly key: Uint8Array | null
  readonly lookUp: LookUpSchema
  readonly compile: SchemaCompiler
  readonly proto: ConfiguredProto | null
  /** How an operator has chosen to read this side of the topic. */
  readonly choice: DecoderChoice | null
  readonly maxTextChars: number
  /** How many raw bytes travel along; 0 for none. */
  readonly maxRawBytes: number
  /** What each decoder said, and the numbers behind times, are wanted. */
  readonly wantsReports: boolean
}

const nothing = { isJson: false, truncated: false, schema: null, problem: null, raw: null } as const

/**
 * Decodes one side of a message and says which decoder won: the operator's choice where it fits, otherwise the first of
 * the chain (`decoders.ts`) that can read the bytes. A decoder that should have won and could not is named in
 * `problem`. Never throws.
 */
export const decodeSide = (bytes: Uint8Array | null, options: DecodeOptions): DecodedSide => {
  if (bytes === null) return { ...nothing, kind: 'null', text: null, sizeBytes: 0 }
  const { side, headers, maxTextChars, maxRawBytes, choice, wantsReports } = options
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const raw = maxRawBytes === 0 ? null : buffer.subarray(0, maxRawBytes).toString('base64')
  const context: DecodeContext = {
    ...options,
    frames: findFrames(bytes, headers, side),
    wantsNotes: wantsReports,
  }
  const chosen = choice === null ? null : readByChoice(choice, buffer, context)
  const found =
    chosen && isDecoded(chosen)
      ? { decoded: chosen, problem: null, by: 'choice' }
      : findReader(buffer, context)
  const { decoded } = found
  const refusal =
    chosen && !isDecoded(chosen) ? `Chosen: ${nameOfChoice(choice ?? 'hex')}. ${sentence(chosen.why)}` : null
  const isCut = (decoded.kind === 'bytes' || decoded.kind === 'base64') && buffer.length > shownBytes
  const truncated = decoded.text.length > maxTextChars || isCut
  const event = decoded.event ?? (side === 'value' ? binaryEventOf(headers) : null)
  return {
    kind: decoded.kind,
    text: decoded.text.slice(0, maxTextChars),
    isJson: decoded.isJson && !truncated,
    sizeBytes: buffer.length,
    truncated,
    schema: schemaViewOf(decoded.schema ?? (found.problem === null ? null : namedSchema(context))),
    problem: refusal ?? found.problem,
    raw,
    ...(choice === null
      ? {}
      : { choice: { decoder: choice, name: nameOfChoice(choice), fits: refusal === null } }),
    ...(event ? { event } : {}),
    ...(wantsReports
      ? {
          notes: [...(decoded.notes ?? [])],
          reports: reportDecoders(buffer, context, { by: found.by, taken: decoded, choice }),
        }
      : {}),
  }
}

const sentence = (why: string): string => `${why.charAt(0).toUpperCase()}${why.slice(1).replace(/\.$/, '')}.`

/** The schema that the payload names, also where it can not be read by it: what is wrong begins there. */
const namedSchema = ({ frames, lookUp }: DecodeContext): PayloadSchema | null => {
  for (const frame of frames) {
    const named = isFrame(frame) ? lookUp(frame.reference) : null
    if (named?.state === 'found') return named.schema
  }
  return null
}

const schemaViewOf = (schema: PayloadSchema | null): DecodedSide['schema'] =>
  schema
    ? {
        id: schema.id,
        name: schema.subject,
        version: schema.version,
        ...(schema.guid === undefined ? {} : { guid: schema.guid }),
      }
    : null

type Found = { readonly decoded: Decoded; readonly problem: string | null; readonly by: string }

/** The first of the chain that can read the bytes, and what stood in the way of those before it. */
const findReader = (buffer: Buffer, context: DecodeContext): Found => {
  const named = findSchemaProblem(context)
  if (buffer.length === 0)
    return { decoded: { kind: 'text', text: '', isJson: false }, problem: named, by: 'text' }
  let refused: string | null = null
  for (const { id, read } of decoders) {
    const answer = read(buffer, context)
    if (isDecoded(answer)) {
      const inner = id === 'hex' ? findInner(context) : null
      const problem = answer.schema || hasNoSchema(answer, context) ? refused : (named ?? refused)
      return inner ? { ...inner, problem } : { decoded: answer, problem, by: id }
    }
    refused ??= answer.problem ?? null
  }
  throw new Error('the last decoder reads any bytes')
}

const innerIds = new Set(['cloudevent', 'json', 'xml', 'text'])
/** A Glue payload is known by its frame: a document or text within it is shown without the frame. */
const findInner = (context: DecodeContext): Pick<Found, 'decoded' | 'by'> | null => {
  const frame = context.frames.find((one) => isFrame(one) && one.kind === 'glue')
  if (!frame || !isFrame(frame) || frame.body.length === 0) return null
  for (const { id, read } of decoders) {
    if (!innerIds.has(id)) continue
    const answer = read(frame.body, context)
    if (isDecoded(answer)) return { decoded: answer, by: id }
  }
  return null
}

/**
 * Bytes that are something else whole name no schema, whatever their first byte: a key of fixed width, a document. That
 * holds as long as the registry has no schema of that id.
 */
const hasNoSchema = ({ kind }: Decoded, { frames, lookUp }: DecodeContext): boolean =>
  kind !== 'bytes' &&
  kind !== 'base64' &&
  frames.every(
    (frame) =>
      !isFrame(frame) ||
      (frame.kind !== 'glue' &&
        frame.kind !== 'schema-header' &&
        lookUp(frame.reference).state === 'missing'),
  )
