/** An Avro schema with its named types resolved (Avro specification 1.12, "Schema Declaration"). */
export type AvroNode =
  | { readonly kind: 'primitive'; readonly name: string; readonly logical: string | null }
  | AvroRecord
  | {
      readonly kind: 'enum'
      readonly name: string
      readonly aliases: readonly string[]
      readonly symbols: readonly string[]
      readonly fallback: string | null
    }
  | {
      readonly kind: 'fixed'
      readonly name: string
      readonly aliases: readonly string[]
      readonly size: number
      readonly logical: string | null
    }
  | { readonly kind: 'array'; readonly items: AvroNode }
  | { readonly kind: 'map'; readonly values: AvroNode }
  | { readonly kind: 'union'; readonly branches: readonly AvroNode[] }

export type AvroRecord = {
  readonly kind: 'record'
  readonly name: string
  readonly aliases: readonly string[]
  /** Filled after the node is known by its name, because a field may hold the record itself. */
  fields: readonly AvroField[]
}
export type AvroField = {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: AvroNode
  /** The default as JSON text, or null where there is none. */
  readonly fallback: string | null
}

const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])
type Json = Record<string, unknown>
type Named = Map<string, AvroNode>

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []

const fullNameOf = (name: string, space: string): string =>
  name.includes('.') || space === '' ? name : `${space}.${name}`

const logicalOf = ({ logicalType, precision, scale }: Json): string | null => {
  if (typeof logicalType !== 'string') return null
  return logicalType === 'decimal' ? `decimal(${String(precision)}, ${String(scale ?? 0)})` : logicalType
}

const read = (value: unknown, space: string, named: Named): AvroNode => {
  if (typeof value === 'string') {
    if (primitives.has(value)) return { kind: 'primitive', name: value, logical: null }
    const known = named.get(fullNameOf(value, space)) ?? named.get(value)
    if (!known) throw new Error(`the type ${value} is not declared`)
    return known
  }
  if (Array.isArray(value))
    return { kind: 'union', branches: value.map((branch) => read(branch, space, named)) }
  if (typeof value !== 'object' || value === null) throw new Error('a type is missing')
  const schema = value as Json
  const { type } = schema
  if (typeof type !== 'string') return read(type, space, named)
  if (primitives.has(type)) return { kind: 'primitive', name: type, logical: logicalOf(schema) }
  if (type === 'array') return { kind: 'array', items: read(schema.items, space, named) }
  if (type === 'map') return { kind: 'map', values: read(schema.values, space, named) }
  if (type !== 'record' && type !== 'error' && type !== 'enum' && type !== 'fixed')
    return read(type, space, named)
  const written = textOf(schema.name)
  if (written === null) throw new Error(`a ${type} has no name`)
  const name = fullNameOf(written, textOf(schema.namespace) ?? space)
  const inside = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : ''
  const aliases = texts(schema.aliases).map((alias) => fullNameOf(alias, inside))
  if (type === 'enum') {
    const node = {
      kind: 'enum',
      name,
      aliases,
      symbols: texts(schema.symbols),
      fallback: textOf(schema.default),
    } as const
    named.set(name, node)
    return node
  }
  if (type === 'fixed') {
    const node = {
      kind: 'fixed',
      name,
      aliases,
      size: Number(schema.size),
      logical: logicalOf(schema),
    } as const
    named.set(name, node)
    return node
  }
  const node: AvroRecord = { kind: 'record', name, aliases, fields: [] }
  named.set(name, node)
  if (!Array.isArray(schema.fields)) throw new Error(`the record ${name} has no fields`)
  node.fields = schema.fields.map((one: Json) => ({
    name: textOf(one.name) ?? '',
    aliases: texts(one.aliases),
    type: read(one.type, inside, named),
    fallback: 'default' in one ? JSON.stringify(one.default) : null,
  }))
  return node
}

/** Reads an Avro schema with the texts that it refers to, innermost first. Throws when it is none; the message says why. */
export const readAvro = (text: string, references: readonly { readonly text: string }[]): AvroNode => {
  const named: Named = new Map()
  for (const reference of references) read(JSON.parse(reference.text), '', named)
  return read(JSON.parse(text), '', named)
}

/** A name without its namespace. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** A type in words: `long (timestamp-millis)`, `array of Line`, `null or string`. */
export const sayAvro = (node: AvroNode): string => {
  switch (node.kind) {
    case 'primitive':
      return node.logical === null ? node.name : `${node.name} (${node.logical})`
    case 'array':
      return `array of ${sayAvro(node.items)}`
    case 'map':
      return `map of ${sayAvro(node.values)}`
    case 'union':
      return node.branches.map(sayAvro).join(' or ')
    case 'fixed':
      return `${shortName(node.name)} (fixed, ${node.size} bytes)`
    default:
      return `${shortName(node.name)} (${node.kind})`
  }
}
