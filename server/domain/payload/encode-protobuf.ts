import protobuf from 'protobufjs'
import { at, atIndex, bytesOfHex, type Encoded, type EncodeProblem, mostProblems } from './encode-problem.ts'
import { type ExactJson, isDocument, isList, kindOf } from './exact-json.ts'
import { ExactNumber } from './json-text.ts'
import type { PayloadSchema } from './payload-schema.ts'
import { wellKnownForms, wholeWithin } from './protobuf-well-known.ts'

/** A message type of a schema: its full name and the path by which a payload names it. */
export type ProtobufMessage = { readonly name: string; readonly path: readonly number[] }

type Scalar = boolean | number | string | Buffer | { low: number; high: number; unsigned: boolean }
type Sink = { readonly problems: EncodeProblem[] }

const specials = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
} as const
const unsignedTypes = new Set(['uint32', 'fixed32', 'uint64', 'fixed64'])

const longOf = (value: bigint, unsigned: boolean) => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(BigInt.asIntN(32, value >> 32n)),
  unsigned,
})

/** The value as the library's writer takes it, or a problem. */
const scalarOf = (
  type: string,
  value: ExactJson,
): { readonly scalar: Scalar } | { readonly problem: string } => {
  switch (type) {
    case 'bool':
      return typeof value === 'boolean'
        ? { scalar: value }
        : { problem: `must be true or false, is ${kindOf(value)}` }
    case 'string':
      return typeof value === 'string'
        ? { scalar: value }
        : { problem: `must be a text, is ${kindOf(value)}` }
    case 'bytes': {
      const bytes = typeof value === 'string' ? bytesOfHex(value) : null
      return bytes
        ? { scalar: bytes }
        : { problem: `must be bytes as "0x" and hex digits, is ${kindOf(value)}` }
    }
    case 'float':
    case 'double': {
      const number =
        value instanceof ExactNumber ? Number(value.digits) : specials[String(value) as keyof typeof specials]
      if (number === undefined) return { problem: `must be a number, is ${kindOf(value)}` }
      const held = type === 'float' ? Math.fround(number) : number
      if (value instanceof ExactNumber && !Number.isFinite(held))
        return { problem: `${value.digits} is beyond what a ${type} holds` }
      const whole = value instanceof ExactNumber && /^-?\d+$/.test(value.digits) ? BigInt(value.digits) : null
      return whole !== null && BigInt(held) !== whole
        ? { problem: `a ${type} can not hold ${whole}: it would become ${BigInt(held)}` }
        : { scalar: number }
    }
    default: {
      const bits = type.endsWith('64') ? 64 : 32
      const unsigned = unsignedTypes.has(type)
      const whole = wholeWithin(value, bits, unsigned)
      if (whole === null)
        return {
          problem: `must be a whole number of ${bits} bits${unsigned ? ', not negative' : ''} (${type}), is ${kindOf(value)}`,
        }
      return { scalar: bits === 64 ? longOf(whole, unsigned) : Number(whole) }
    }
  }
}

const isDefault = (scalar: Scalar): boolean => {
  if (Buffer.isBuffer(scalar)) return scalar.length === 0
  if (typeof scalar === 'object') return scalar.low === 0 && scalar.high === 0
  return scalar === 0 ? !Object.is(scalar, -0) : scalar === false || scalar === ''
}

const wireTypes = protobuf.types.basic as Readonly<Record<string, number>>
const put = (writer: protobuf.Writer, type: string, scalar: Scalar): void => {
  ;(writer as unknown as Record<string, (value: Scalar) => void>)[type]?.(scalar)
}

class MessageWriter {
  readonly #sink: Sink
  constructor(sink: Sink) {
    this.#sink = sink
  }
  #refuse(path: string, message: string): void {
    if (this.#sink.problems.length < mostProblems) this.#sink.problems.push({ path, message })
  }

  message(writer: protobuf.Writer, type: protobuf.Type, given: ExactJson, path: string) {
    const form = wellKnownForms[type.fullName]
    const read = form ? form(given) : given
    if (typeof read === 'object' && read !== null && 'problem' in read && form)
      return this.#refuse(path, String(read.problem))
    const value = read as ExactJson
    if (!isDocument(value))
      return this.#refuse(path, `must be an object (${type.fullName.slice(1)}), is ${kindOf(value)}`)
    if (type.fullName === '.google.protobuf.Any' && '@type' in value)
      return this.#any(writer, type, value, path)
    const names = new Map(
      type.fieldsArray.flatMap((field) => [
        [protobuf.util.camelCase(field.name), field] as const,
        [field.name, field] as const,
      ]),
    )
    const set = new Map<protobuf.Field, ExactJson>()
    for (const [name, item] of Object.entries(value)) {
      const field = names.get(name)
      if (!field) this.#refuse(at(path, name), `${type.fullName.slice(1)} has no such field`)
      else if (set.has(field)) this.#refuse(at(path, name), `is given twice, also as ${field.name}`)
      else if (item !== null || takesNull(field)) set.set(field, item)
    }
    for (const one of type.oneofsArray) {
      const chosen = one.fieldsArray.filter((field) => set.has(field))
      if (chosen.length > 1)
        this.#refuse(
          path,
          `only one of ${chosen.map(({ name }) => name).join(', ')} may be set (oneof ${one.name})`,
        )
    }
    for (const field of [...type.fieldsArray].sort((a, b) => a.id - b.id)) {
      const item = set.get(field)
      if (item !== undefined) this.#field(writer, field, item, at(path, field.name))
      else if (field.required) this.#refuse(at(path, field.name), 'is missing, and it is required')
    }
  }

  #any(
    writer: protobuf.Writer,
    type: protobuf.Type,
    value: { readonly [name: string]: ExactJson },
    path: string,
  ) {
    const { '@type': url, ...rest } = value
    const name = typeof url === 'string' ? url.slice(url.lastIndexOf('/') + 1) : ''
    const bytes = typeof rest.value === 'string' ? bytesOfHex(rest.value) : null
    let inner: protobuf.Type
    try {
      inner = type.root.lookupType(name)
    } catch {
      if (!bytes)
        return this.#refuse(path, `the schema has no message ${name}: give its bytes as "value": "0x…"`)
      writer.uint32(10).string(String(url)).uint32(18).bytes(bytes)
      return
    }
    writer.uint32(10).string(String(url)).uint32(18).fork()
    this.message(writer, inner, inner.fullName in wellKnownForms ? (rest.value ?? null) : rest, path)
    writer.ldelim()
  }

  #field(writer: protobuf.Writer, field: protobuf.Field, value: ExactJson, path: string) {
    if (field instanceof protobuf.MapField) return this.#map(writer, field, value, path)
    if (!field.repeated) {
      this.#single(writer, field, value, path, field.id, !field.hasPresence)
      return
    }
    if (!isList(value)) return this.#refuse(path, `must be a list, is ${kindOf(value)}`)
    if (value.length === 0) return
    const isPacked = field.packed && (wireTypes[wireName(field)] ?? 2) !== 2
    if (isPacked) writer.uint32((field.id << 3) | 2).fork()
    for (const [index, item] of value.entries())
      this.#single(writer, field, item, atIndex(path, index), isPacked ? null : field.id, false)
    if (isPacked) writer.ldelim()
  }

  /** With `id` null the value stands in a packed field; a default is left out where its presence means nothing. */
  #single(
    writer: protobuf.Writer,
    field: protobuf.Field,
    value: ExactJson,
    path: string,
    id: number | null,
    mayOmit: boolean,
  ) {
    const type = field.resolvedType
    if (type instanceof protobuf.Type) {
      if (field.delimited) return this.#refuse(path, 'is a group, which is not written')
      writer.uint32((Number(id) << 3) | 2).fork()
      this.message(writer, type, value, path)
      writer.ldelim()
      return
    }
    const read = type instanceof protobuf.Enum ? enumOf(type, value) : scalarOf(field.type, value)
    if ('problem' in read) return this.#refuse(path, read.problem)
    if (mayOmit && isDefault(read.scalar)) return
    if (id !== null) writer.uint32(((id << 3) | (wireTypes[wireName(field)] ?? 0)) >>> 0)
    put(writer, wireName(field), read.scalar)
  }

  #map(writer: protobuf.Writer, field: protobuf.MapField, value: ExactJson, path: string) {
    if (!isDocument(value)) return this.#refuse(path, `must be an object of names, is ${kindOf(value)}`)
    for (const [name, item] of Object.entries(value)) {
      const place = at(path, name)
      const named: ExactJson =
        field.keyType === 'string'
          ? name
          : field.keyType === 'bool'
            ? name === 'true' || (name === 'false' ? false : name)
            : new ExactNumber(name)
      const key = scalarOf(field.keyType, named)
      if ('problem' in key) {
        this.#refuse(place, `the name ${key.problem}`)
        continue
      }
      writer.uint32((field.id << 3) | 2).fork()
      writer.uint32((1 << 3) | (wireTypes[field.keyType] ?? 0))
      put(writer, field.keyType, key.scalar)
      this.#single(writer, field as unknown as protobuf.Field, item, place, 2, false)
      writer.ldelim()
    }
  }
}

const wireName = (field: protobuf.Field): string =>
  field.resolvedType instanceof protobuf.Enum ? 'int32' : field.type

const takesNull = ({ resolvedType }: protobuf.Field): boolean =>
  resolvedType?.fullName === '.google.protobuf.Value' ||
  resolvedType?.fullName === '.google.protobuf.NullValue'

const enumOf = (
  type: protobuf.Enum,
  value: ExactJson,
): { readonly scalar: number } | { readonly problem: string } => {
  if (value === null) return { scalar: 0 }
  const known = typeof value === 'string' ? type.values[value] : undefined
  if (known !== undefined) return { scalar: known }
  const whole = typeof value === 'string' ? null : wholeWithin(value, 32, false)
  if (whole !== null) return { scalar: Number(whole) }
  return { problem: `${kindOf(value)} is none of ${Object.keys(type.values).slice(0, 20).join(', ')}` }
}

const messagesWithin = (namespace: protobuf.NamespaceBase, path: readonly number[]): ProtobufMessage[] =>
  namespace.nestedArray
    .filter((one): one is protobuf.Type => one instanceof protobuf.Type)
    .flatMap((type, index) => [
      { name: type.fullName.slice(1), path: [...path, index] },
      ...messagesWithin(type, [...path, index]),
    ])

/** The message index before a payload: a count and the indexes, zigzag; a single 0 for the first (Confluent wire format). */
const indexBytes = (path: readonly number[]): Buffer => {
  if (path.length === 1 && path[0] === 0) return Buffer.from([0])
  const writer = protobuf.Writer.create().sint32(path.length)
  for (const index of path) writer.sint32(index)
  return Buffer.from(writer.finish())
}

export type ProtobufEncoder = {
  /** In the order of the file: the first is taken where none is named. */
  readonly messages: readonly ProtobufMessage[]
  /** Message index and message. A name that the schema does not have is a problem of the whole. */
  readonly encode: (value: ExactJson, message: string | null) => Encoded
}

/**
 * Compiles a .proto text with its imports to an encoder of ProtoJSON, as decoded payloads show it: 64-bit numbers by
 * their digits, bytes as `0x…`, enums by name or number, well-known types in their own forms. Fields are written in the
 * order of their numbers; a default without presence is left out, as proto3 does. Throws when the schema can not be read.
 */
export const compileProtobufEncoder = (
  schema: Pick<PayloadSchema, 'text' | 'references'>,
): ProtobufEncoder => {
  const root = new protobuf.Root()
  const own = protobuf.parse(schema.text, root, { keepCase: true })
  const messages = messagesWithin(
    own.package === undefined || own.package === null
      ? root
      : (root.lookup(own.package) as protobuf.NamespaceBase),
    [],
  )
  const files = [own, ...schema.references.map(({ text }) => protobuf.parse(text, root, { keepCase: true }))]
  const given = new Set(schema.references.map(({ name }) => name))
  for (const { imports, weakImports } of files)
    for (const name of [...(imports ?? []), ...(weakImports ?? [])]) {
      const known = given.has(name) ? null : protobuf.common.get(name)
      if (known?.nested) root.addJSON(known.nested)
    }
  root.resolveAll()
  return {
    messages,
    encode: (value, wanted) => {
      const message = wanted === null ? messages[0] : messages.find(({ name }) => name === wanted)
      if (!message)
        return {
          ok: false,
          problems: [
            {
              path: '',
              message: wanted === null ? 'the schema has no message' : `the schema has no message ${wanted}`,
            },
          ],
        }
      const sink: Sink = { problems: [] }
      const writer = protobuf.Writer.create()
      new MessageWriter(sink).message(writer, root.lookupType(message.name), value, '')
      return sink.problems.length > 0
        ? { ok: false, problems: sink.problems }
        : { ok: true, bytes: Buffer.concat([indexBytes(message.path), writer.finish()]) }
    },
  }
}
