import { compileJsonSchemaCheck } from './check-json-schema.ts'
import { compileAvroEncoder } from './encode-avro.ts'
import type { Encoded } from './encode-problem.ts'
import { compileProtobufEncoder } from './encode-protobuf.ts'
import { parseExactJson } from './exact-json.ts'
import type { PayloadSchema } from './payload-schema.ts'

export type SideText =
  | { readonly as: 'text' | 'json' | 'base64' | 'hex'; readonly text: string }
  | { readonly as: 'schema'; readonly text: string; readonly message: string | null }

const refused = (message: string): Encoded => ({ ok: false, problems: [{ path: '', message }] })
const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The Confluent wire format: magic byte 0, the schema's id in 32 bits, the payload. */
const framed = (id: number, body: Buffer): Buffer => {
  const prefix = Buffer.alloc(5)
  prefix.writeInt32BE(id, 1)
  return Buffer.concat([prefix, body])
}

const encodeBySchema = (
  text: string,
  message: string | null,
  schema: PayloadSchema & { readonly id: number },
): Encoded => {
  const parsed = parseExactJson(text)
  if (!parsed.ok) return refused(`is not JSON: ${parsed.message}`)
  try {
    if (schema.type === 'JSON') {
      const problems = compileJsonSchemaCheck(schema)(parsed.value)
      // What is sent is what was written, to the digit and the space.
      return problems.length > 0
        ? { ok: false, problems }
        : { ok: true, bytes: framed(schema.id, Buffer.from(text, 'utf8')) }
    }
    const encoded =
      schema.type === 'AVRO'
        ? compileAvroEncoder(schema)(parsed.value)
        : compileProtobufEncoder(schema).encode(parsed.value, message)
    return encoded.ok ? { ok: true, bytes: framed(schema.id, encoded.bytes) } : encoded
  } catch (error) {
    return refused(`schema ${schema.id} can not be used: ${sentenceOf(error)}`)
  }
}

const lonelySurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/**
 * Bytes of one side (key or value) of a message from what was typed. JSON is checked and sent as typed; base64 and hex
 * may hold spaces and line breaks; with a schema the payload is encoded and framed with the schema's id.
 */
export const encodeSide = (
  side: SideText,
  schema: (PayloadSchema & { readonly id: number }) | null,
): Encoded => {
  const { text } = side
  switch (side.as) {
    case 'text':
      if (lonelySurrogate.test(text)) return refused('has half of a character, which UTF-8 can not hold')
      return { ok: true, bytes: Buffer.from(text, 'utf8') }
    case 'json': {
      const parsed = parseExactJson(text)
      return parsed.ok
        ? { ok: true, bytes: Buffer.from(text, 'utf8') }
        : refused(`is not JSON: ${parsed.message}`)
    }
    case 'hex': {
      const digits = text.replaceAll(/\s/g, '').replace(/^0x/i, '')
      const wrong = /[^0-9a-f]/i.exec(digits)
      if (wrong) return refused(`"${wrong[0]}" is no hexadecimal digit`)
      if (digits.length % 2 === 1) return refused(`has ${digits.length} hexadecimal digits; a byte has two`)
      return { ok: true, bytes: Buffer.from(digits, 'hex') }
    }
    case 'base64': {
      const digits = text.replaceAll(/\s/g, '')
      if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(digits) || digits.replace(/=+$/, '').length % 4 === 1)
        return refused('is not base64')
      return { ok: true, bytes: Buffer.from(digits, 'base64') }
    }
    case 'schema':
      return schema === null ? refused('the schema is not known') : encodeBySchema(text, side.message, schema)
  }
}
