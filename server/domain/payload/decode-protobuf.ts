import protobuf from 'protobufjs'
import type { PayloadSchema } from './payload-schema.ts'

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

/** Zigzag varints before the message: their count, then the indexes; a single 0 stands for the first message. */
const readPath = (reader: protobuf.Reader): number[] => {
  const count = reader.sint32()
  if (count === 0) return [0]
  if (count < 0 || count > 32) throw new Error('the message index is not well-formed')
  return Array.from({ length: count }, () => reader.sint32())
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

/**
 * Compiles a .proto text with its imports. The answer decodes the bytes after the schema id and holds only fields that
 * are on the wire: one that is absent is not shown as its default. One with explicit presence (`optional`, `oneof`,
 * proto2) is shown also when it was set to its default; without it, proto3 gives that no meaning of its own.
 */
export const compileProtobuf = (schema: PayloadSchema): ((bytes: Buffer) => unknown) => {
  const root = new protobuf.Root()
  // The schema's own file first: its messages are counted from the first of the package.
  const own = protobuf.parse(schema.text, root, { keepCase: true })
  const files = [own, ...schema.references.map(({ text }) => protobuf.parse(text, root, { keepCase: true }))]
  const imports = files.flatMap((file) => [...(file.imports ?? []), ...(file.weakImports ?? [])])
  addWellKnown(root, imports, new Set(schema.references.map(({ name }) => name)))
  root.resolveAll()
  return (bytes) => {
    const reader = protobuf.Reader.create(bytes)
    const type = typeAt(root, own.package ?? undefined, readPath(reader))
    const message = type.decode(reader)
    return type.toObject(message, { enums: String, oneofs: false })
  }
}
