import protobuf from 'protobufjs'
import type { PayloadSchema } from './payload-schema.ts'
import { jsonForm } from './protobuf-json.ts'
import { readIndexes } from './read-indexes.ts'

const typesOf = (namespace: protobuf.NamespaceBase): protobuf.Type[] =>
  namespace.nestedArray.filter((one): one is protobuf.Type => one instanceof protobuf.Type)

/**
 * The message type that an index path names: types are counted in the order of the file, nested ones inside their
 * message (Confluent wire format, "Protobuf").
 */
const typeAt = (
  root: protobuf.Root,
  packageName: string | undefined,
  path: readonly number[],
): protobuf.Type => {
  let types = typesOf(packageName === undefined ? root : (root.lookup(packageName) as protobuf.NamespaceBase))
  let found: protobuf.Type | undefined
  for (const index of path) {
    found = types[index]
    if (!found) throw new Error(`the schema has no message at index ${path.join('.')}`)
    types = typesOf(found)
  }
  if (!found) throw new Error('the payload names no message of the schema')
  return found
}

/**
 * Adds Google's own types that the files import (timestamp, duration, wrappers, struct, any, empty, field_mask): they are
 * part of every compiler and are not registered, so the registry has no reference to them.
 */
const addWellKnown = (root: protobuf.Root, imports: readonly string[], given: ReadonlySet<string>): void => {
  for (const name of new Set(imports)) {
    const known = given.has(name) ? null : protobuf.common.get(name)
    if (known?.nested) root.addJSON(known.nested)
  }
}

/** What the library's errors mean for who reads a message. */
const wordsOf = (error: unknown, length: number): string => {
  const message = error instanceof Error ? error.message : String(error)
  if (/index out of range|invalid varint/i.test(message))
    return `the ${length} bytes end within a field; they are cut short, or are no such message`
  if (/wire type|end group|illegal tag|invalid tag/i.test(message))
    return 'its bytes are no Protobuf message: a field has no valid type or number'
  return message
}

const decodeAs = (type: protobuf.Type, bytes: Uint8Array): unknown => {
  try {
    return jsonForm(type.decode(bytes), type)
  } catch (error) {
    throw new Error(wordsOf(error, bytes.length))
  }
}

const importsOf = ({ imports, weakImports }: protobuf.IParserResult): readonly string[] => [
  ...(imports ?? []),
  ...(weakImports ?? []),
]

/**
 * Compiles a .proto text with its imports. The answer decodes a payload without its schema id and holds only fields that
 * are on the wire: one that is absent is not shown as its default. One with explicit presence (`optional`, `oneof`,
 * proto2) is shown also when it was set to its default; without it, proto3 gives that no meaning of its own.
 */
export const compileProtobuf = (
  schema: PayloadSchema,
): ((bytes: Buffer, indexes: 'in-body' | readonly number[]) => unknown) => {
  const root = new protobuf.Root()
  // The schema's own file first: its messages are counted from the first of the package.
  const own = protobuf.parse(schema.text, root, { keepCase: true })
  const files = [own, ...schema.references.map(({ text }) => protobuf.parse(text, root, { keepCase: true }))]
  addWellKnown(root, files.flatMap(importsOf), new Set(schema.references.map(({ name }) => name)))
  root.resolveAll()
  return (bytes, indexes) => {
    const inBody = indexes === 'in-body' ? readIndexes(bytes) : null
    if (indexes === 'in-body' && inBody === null) throw new Error('the message index is not well-formed')
    const path = inBody?.path ?? (indexes === 'in-body' || indexes.length === 0 ? [0] : indexes)
    return decodeAs(typeAt(root, own.package ?? undefined, path), bytes.subarray(inBody?.bytes ?? 0))
  }
}

export type ProtoTypes = {
  /** Full names of all message types, without a leading dot. */
  readonly types: readonly string[]
  /** Throws when there is no such type, and when the bytes are none of its messages. */
  readonly decode: (type: string, bytes: Uint8Array) => unknown
}

const namesWithin = (namespace: protobuf.NamespaceBase): string[] =>
  namespace.nestedArray.flatMap((one) =>
    one instanceof protobuf.Type
      ? [one.fullName.slice(1), ...namesWithin(one)]
      : one instanceof protobuf.Namespace
        ? namesWithin(one)
        : [],
  )

/**
 * Compiles .proto files that import each other and Google's well-known types. Throws with the file's name when one can
 * not be read, and with the type's when one is missing.
 */
export const compileProtoFiles = (
  given: readonly { readonly name: string; readonly text: string }[],
): ProtoTypes => {
  const root = new protobuf.Root()
  const files = given.map(({ name, text }) => {
    try {
      return protobuf.parse(text, root, { keepCase: true })
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  })
  const types = namesWithin(root).sort()
  addWellKnown(root, files.flatMap(importsOf), new Set(given.map(({ name }) => name)))
  root.resolveAll()
  return {
    types,
    decode: (name, bytes) => {
      if (!types.includes(name)) throw new Error(`the .proto files have no message type ${name}`)
      const value = decodeAs(root.lookupType(name), bytes)
      const isBare = typeof value === 'object' && value !== null && Object.keys(value).length === 0
      if (bytes.length > 0 && isBare) throw new Error(`none of its fields is one of ${name}`)
      return value
    },
  }
}
