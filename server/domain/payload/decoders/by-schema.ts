import {
  type DecodeContext,
  type Decoded,
  type Decoder,
  isDecoded,
  messageOf,
  type Refused,
} from '../decoder.ts'
import { type Frame, isFrame } from '../find-frames.ts'
import { type RawNote, writeJson } from '../json-text.ts'
import { nameOfReference, type PayloadSchema } from '../payload-schema.ts'
import { readJson } from './json.ts'

const formats = {
  AVRO: { id: 'avro', name: 'Avro' },
  PROTOBUF: { id: 'protobuf', name: 'Protobuf' },
  JSON: { id: 'json-schema', name: 'JSON Schema' },
} as const

const nameOf = ({ id, guid }: PayloadSchema): string => String(id ?? `GUID ${guid}`)

/** Reads bytes, without what names the schema, by a schema. */
export const readBySchema = (
  schema: PayloadSchema,
  { body, indexes }: Pick<Frame, 'body' | 'indexes'>,
  { compile, wantsNotes, maxTextChars }: DecodeContext,
): Decoded | Refused => {
  const { id: kind, name } = formats[schema.type]
  const why = `${name} schema ${nameOf(schema)}`
  const refused = (reason: string) => ({ why: reason, problem: `${why}: ${reason}` })
  try {
    if (schema.type === 'JSON') {
      const json = readJson(body, maxTextChars, true)
      return isDecoded(json)
        ? { ...json, kind, schema, why }
        : refused(`the payload is not JSON: ${json.why}`)
    }
    const notes: RawNote[] | null = wantsNotes ? [] : null
    const text = writeJson(compile(schema)(body, indexes), notes)
    return { kind, text, isJson: true, schema, why, ...(notes ? { notes } : {}) }
  } catch (error) {
    return refused(
      error instanceof RangeError ? 'it is nested too deeply, or longer than can be shown' : messageOf(error),
    )
  }
}

/** The frames whose schema is known, and why the others are not of use. */
const framesOf = ({ frames, lookUp }: DecodeContext) =>
  frames.filter(isFrame).map((frame) => ({ frame, lookup: lookUp(frame.reference) }))

const readAs =
  (type: PayloadSchema['type']) =>
  (_bytes: Buffer, context: DecodeContext): Decoded | Refused => {
    const others: string[] = []
    let refused: Refused | null = null
    for (const { frame, lookup } of framesOf(context)) {
      if (lookup.state !== 'found') continue
      if (lookup.schema.type !== type) {
        others.push(`schema ${nameOf(lookup.schema)} is ${formats[lookup.schema.type].name}`)
        continue
      }
      const answer = readBySchema(lookup.schema, frame, context)
      if ('kind' in answer) return answer
      refused ??= answer
    }
    return refused ?? { why: others.join('; ') || 'it names no schema that the registry has' }
  }

/** Decoders by the schema that a payload or its headers name. */
export const schemaDecoders: readonly Decoder[] = (['AVRO', 'PROTOBUF', 'JSON'] as const).map((type) => ({
  ...formats[type],
  read: readAs(type),
}))

/** Why a schema that is named could not be used: the first sentence that matters, or null. */
export const findSchemaProblem = (context: DecodeContext): string | null => {
  for (const { frame, lookup } of framesOf(context)) {
    const { reference } = frame
    if (reference.by === 'glue')
      return `AWS Glue schema version ${reference.guid}: Spillway does not ask Glue's registry${frame.problem === undefined ? '. What stands after the schema id is shown as it is; choose a schema of this registry or a configured type to read it.' : `, and ${frame.problem}.`}`
    if (lookup.state === 'missing' || lookup.state === 'unreachable')
      return `Schema ${nameOfReference(reference)}: ${lookup.why}`
  }
  return null
}
