import { compileAvro } from './decode-avro.ts'
import { compileProtobuf } from './decode-protobuf.ts'
import type { PayloadSchema } from './payload-schema.ts'

type Decode = (bytes: Buffer, indexes: 'in-body' | readonly number[]) => unknown
const kept = 500

/**
 * Makes a compiler of schemas that keeps what it compiled, by schema text, the latest 500. A schema that can not be
 * compiled throws the same error every time it is used.
 */
export const makeSchemaCompiler = () => {
  const compiled = new Map<string, Decode>()
  return (schema: PayloadSchema): Decode => {
    const key = `${schema.type} ${schema.id ?? schema.guid} ${schema.text}`
    const known = compiled.get(key)
    if (known) return known
    const decode = schema.type === 'AVRO' ? compileAvro(schema) : compileProtobuf(schema)
    compiled.set(key, decode)
    const oldest = compiled.keys().next()
    if (compiled.size > kept && !oldest.done) compiled.delete(oldest.value)
    return decode
  }
}

export type SchemaCompiler = ReturnType<typeof makeSchemaCompiler>
