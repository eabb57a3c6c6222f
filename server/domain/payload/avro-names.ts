import { type ExactJson, isDocument, isList, parseExactJson } from './exact-json.ts'
import { ExactNumber } from './json-text.ts'

export type AvroField = {
  readonly name: string
  readonly type: AvroNode
  /** As the schema writes it; undefined where the field has none. */
  readonly fallback: ExactJson | undefined
}
/** A schema with its names resolved. Named types that refer to themselves are reached through `resolve`. */
export type AvroNode = {
  readonly type: string
  readonly name: string | null
  readonly logicalType: string | null
  readonly precision: number
  readonly scale: number
  readonly size: number
  readonly symbols: readonly string[]
  readonly items: AvroNode | null
  readonly branches: readonly AvroNode[]
  readonly fields: readonly AvroField[]
}

export const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])

const numberOf = (value: ExactJson | undefined): number =>
  value instanceof ExactNumber ? Number(value.digits) : 0
const textOf = (value: ExactJson | undefined): string => (typeof value === 'string' ? value : '')

const plain = (type: string): AvroNode => ({
  type,
  name: null,
  logicalType: null,
  precision: 0,
  scale: 0,
  size: 0,
  symbols: [],
  items: null,
  branches: [],
  fields: [],
})

/**
 * Reads an Avro schema (specification 1.12) with the schemas it refers to, names resolved within their namespaces.
 * Numbers of defaults keep their digits. Throws with a sentence when a name is not known or a type has no form.
 */
export const readAvroSchema = (text: string, references: readonly string[]): AvroNode => {
  const named = new Map<string, AvroNode>()

  const fullName = (name: string, namespace: string): string =>
    name.includes('.') || namespace === '' ? name : `${namespace}.${name}`

  const read = (schema: ExactJson, namespace: string): AvroNode => {
    if (typeof schema === 'string') {
      if (primitives.has(schema)) return plain(schema)
      const known = named.get(fullName(schema, namespace)) ?? named.get(schema)
      if (!known) throw new Error(`the schema names a type ${schema} that it does not define`)
      return known
    }
    if (isList(schema))
      return { ...plain('union'), branches: schema.map((branch) => read(branch, namespace)) }
    if (!isDocument(schema)) throw new Error('the schema has a type that is no name, union or object')
    const { type } = schema
    if (type !== undefined && typeof type !== 'string') return read(type, namespace)
    const kind = textOf(type)
    const facts = {
      ...plain(kind),
      logicalType: textOf(schema.logicalType) || null,
      precision: numberOf(schema.precision),
      scale: numberOf(schema.scale),
    }
    if (primitives.has(kind)) return facts
    if (kind === 'array') return { ...facts, items: read(schema.items ?? null, namespace) }
    if (kind === 'map') return { ...facts, items: read(schema.values ?? null, namespace) }
    if (!['record', 'error', 'enum', 'fixed'].includes(kind)) return read(kind, namespace)
    const own = textOf(schema.name)
    const name = fullName(own, textOf(schema.namespace) || namespace)
    const inner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : ''
    const fields: AvroField[] = []
    const symbols = isList(schema.symbols ?? null)
      ? (schema.symbols as readonly ExactJson[]).map((one) => textOf(one))
      : []
    const node: AvroNode = {
      ...facts,
      type: kind === 'error' ? 'record' : kind,
      name,
      size: numberOf(schema.size),
      symbols,
      fields,
    }
    named.set(name, node)
    for (const field of isList(schema.fields ?? null) ? (schema.fields as readonly ExactJson[]) : [])
      if (isDocument(field))
        fields.push({
          name: textOf(field.name),
          type: read(field.type ?? null, inner),
          fallback: field.default,
        })
    return node
  }

  const parsed = (source: string): ExactJson => {
    // A schema of one primitive type may be registered as its bare name.
    const document = parseExactJson(source)
    if (!document.ok) throw new Error(`the schema is not JSON: ${document.message}`)
    return document.value
  }
  for (const reference of references) read(parsed(reference), '')
  return read(parsed(text), '')
}
