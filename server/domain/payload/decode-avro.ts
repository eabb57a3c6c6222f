import avro from 'avsc'
import { logicalTypes } from './avro-logical-types.ts'
import { avroLong } from './avro-long.ts'
import type { PayloadSchema } from './payload-schema.ts'

/**
 * Longs written as objects (`{"type":"long",…}`) do not go through the registry of names. One with a logical type is
 * asked for twice: for itself, which is left to the library, then for the long beneath it.
 */
const makeLongHook = () => {
  const seen = new WeakSet<object>()
  return (schema: unknown): avro.Type | undefined => {
    if (typeof schema !== 'object' || schema === null) return undefined
    const { type, logicalType } = schema as { readonly type?: unknown; readonly logicalType?: unknown }
    if (type !== 'long') return undefined
    const isLogical = typeof logicalType === 'string' && Object.hasOwn(logicalTypes, logicalType)
    if (isLogical && !seen.has(schema)) {
      seen.add(schema)
      return undefined
    }
    return avroLong
  }
}

/** Compiles an Avro schema with its references. The answer decodes a whole buffer and throws when it does not fit. */
export const compileAvro = (schema: PayloadSchema): ((bytes: Buffer) => unknown) => {
  const registry: Record<string, avro.Type> = { long: avroLong }
  const options = { registry, logicalTypes, typeHook: makeLongHook() }
  for (const reference of schema.references) avro.Type.forSchema(JSON.parse(reference.text), options)
  const type = avro.Type.forSchema(JSON.parse(schema.text), options)
  return (bytes) => {
    try {
      return type.fromBuffer(bytes)
    } catch (error) {
      throw new Error(wordsOf(error, bytes.length))
    }
  }
}

/** What the library's errors mean for who reads a message: its own words are about its buffers. */
const wordsOf = (error: unknown, length: number): string => {
  const message = error instanceof Error ? error.message : String(error)
  if (/call stack/i.test(message)) return 'it is nested too deeply to be read'
  if (error instanceof TypeError || error instanceof RangeError || message.includes('truncated'))
    return `the ${length} bytes end before the schema does; they are cut short, or were written with another schema`
  if (message.includes('trailing'))
    return `of the ${length} bytes some are left over; they were written with another schema`
  return message
}

/** Items of no width (`null`) need no bytes: a block of them may name this many. */
const mostEmptyItems = 100_000

type Tap = {
  readonly buf: Buffer
  pos: number
  readLong(): bigint | number
  skipLong(): void
  readString(): string
}
type Node = avro.Type & { _read(tap: Tap): unknown }

/** Blocks of items (Avro specification, "Arrays" and "Maps"): a count, negative with a size after it, then the items; 0 ends them. */
const readBlocks = (tap: Tap, item: Node, isMap: boolean): unknown => {
  const items: unknown[] = []
  // Without a prototype: `__proto__` is a key like any other.
  const entries: Record<string, unknown> = Object.create(null)
  for (let count = Number(tap.readLong()); count !== 0; count = Number(tap.readLong())) {
    if (count < 0) tap.skipLong()
    const named = Math.abs(count)
    if (named > Math.max(tap.buf.length - tap.pos, item.typeName === 'null' ? mostEmptyItems : 0))
      throw new Error('a block names more items than there are bytes left')
    for (let index = 0; index < named; index++) {
      if (isMap) entries[tap.readString()] = item._read(tap)
      else items.push(item._read(tap))
    }
  }
  return isMap ? entries : items
}

type Readable = { _read(this: { itemsType?: Node; valuesType?: Node }, tap: Tap): unknown }
const prototypeOf = (type: unknown): Readable => (type as { prototype: Readable }).prototype

/**
 * Arrays and maps read by `readBlocks`: the library's own loops run for as long as a block's count says, also after the
 * end of the data. Its types are frozen once made, so this is set on their classes.
 */
prototypeOf(avro.types.ArrayType)._read = function (tap) {
  return this.itemsType ? readBlocks(tap, this.itemsType, false) : []
}
prototypeOf(avro.types.MapType)._read = function (tap) {
  return this.valuesType ? readBlocks(tap, this.valuesType, true) : {}
}
