import { type AvroNode, readAvroSchema } from './avro-names.ts'
import { decimalBytes, durationBytes, numberOfTime, twosComplement } from './encode-avro-logical.ts'
import { at, atIndex, bytesOfHex, type Encoded, type EncodeProblem, mostProblems } from './encode-problem.ts'
import { decimalOf, type ExactJson, isDocument, isList, kindOf, wholeOf } from './exact-json.ts'
import { ExactNumber } from './json-text.ts'
import type { PayloadSchema } from './payload-schema.ts'

type Mode = 'value' | 'default'
type Sink = { readonly parts: Buffer[]; readonly problems: EncodeProblem[] }

/** A long as zigzag variable-length integer (Avro specification, "Binary Encoding"). */
const varint = (value: bigint): Buffer => {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return Buffer.from([...bytes, Number(rest)])
}

/** Buckets of which the decoder shows a value bare; of two in one bucket it shows which (avsc, "wrapUnions"). */
const bucketOf = ({ type }: AvroNode): string =>
  ({
    int: 'number',
    long: 'number',
    float: 'number',
    double: 'number',
    enum: 'string',
    fixed: 'bytes',
    record: 'map',
  })[type] ?? type

const branchName = ({ name, type }: AvroNode): string => name ?? type
const shortName = (node: AvroNode): string => branchName(node).slice(branchName(node).lastIndexOf('.') + 1)

const specials: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

class Writer {
  readonly #sink: Sink
  constructor(sink: Sink) {
    this.#sink = sink
  }
  #put(bytes: Buffer): void {
    this.#sink.parts.push(bytes)
  }
  #refuse(path: string, message: string): void {
    if (this.#sink.problems.length < mostProblems) this.#sink.problems.push({ path, message })
  }
  #putSized(bytes: Buffer): void {
    this.#put(varint(BigInt(bytes.length)))
    this.#put(bytes)
  }

  write(node: AvroNode, given: ExactJson, path: string, mode: Mode) {
    const timed = numberOfTime(given, node)
    if ('problem' in timed) return this.#refuse(path, `${kindOf(given)} ${timed.problem}`)
    const { value } = timed
    switch (node.type) {
      case 'null':
        return value === null ? undefined : this.#refuse(path, `must be null, is ${kindOf(value)}`)
      case 'boolean':
        if (typeof value !== 'boolean')
          return this.#refuse(path, `must be true or false, is ${kindOf(value)}`)
        return this.#put(Buffer.from([value ? 1 : 0]))
      case 'int':
        return this.#whole(value, path, 32)
      case 'long':
        return this.#whole(value, path, 64)
      case 'float':
      case 'double':
        return this.#floating(value, path, node.type)
      case 'string':
        if (typeof value !== 'string') return this.#refuse(path, `must be a text, is ${kindOf(value)}`)
        return this.#putSized(Buffer.from(value, 'utf8'))
      case 'bytes':
      case 'fixed':
        return this.#bytes(node, value, path, mode)
      case 'enum': {
        const index = typeof value === 'string' ? node.symbols.indexOf(value) : -1
        if (index < 0)
          return this.#refuse(path, `${kindOf(value)} is none of ${node.symbols.slice(0, 20).join(', ')}`)
        return this.#put(varint(BigInt(index)))
      }
      case 'array':
        return this.#list(node, value, path, mode)
      case 'map':
        return this.#map(node, value, path, mode)
      case 'union':
        return this.#union(node, value, path, mode)
      default:
        return this.#record(node, value, path, mode)
    }
  }

  #whole(value: ExactJson, path: string, bits: 32 | 64) {
    const whole = value instanceof ExactNumber ? wholeOf(value) : null
    if (whole === null) return this.#refuse(path, `must be a whole number, is ${kindOf(value)}`)
    if (BigInt.asIntN(bits, whole) !== whole)
      return this.#refuse(path, `${whole} does not fit into ${bits} bits (${bits === 32 ? 'int' : 'long'})`)
    this.#put(varint(whole))
  }

  #floating(value: ExactJson, path: string, type: 'float' | 'double') {
    const number =
      value instanceof ExactNumber
        ? Number(value.digits)
        : typeof value === 'string'
          ? specials[value]
          : undefined
    if (number === undefined) return this.#refuse(path, `must be a number, is ${kindOf(value)}`)
    const whole = value instanceof ExactNumber ? wholeOf(value) : null
    const held = type === 'float' ? Math.fround(number) : number
    if (value instanceof ExactNumber && !Number.isFinite(held))
      return this.#refuse(path, `${value.digits} is beyond what a ${type} holds`)
    // Digits behind the point are rounded by nature; a whole number would become another one.
    if (whole !== null && BigInt(held) !== whole)
      return this.#refuse(path, `a ${type} can not hold ${whole}: it would become ${BigInt(held)}`)
    const bytes = Buffer.alloc(type === 'float' ? 4 : 8)
    if (type === 'float') bytes.writeFloatLE(number)
    else bytes.writeDoubleLE(number)
    this.#put(bytes)
  }

  #bytes(node: AvroNode, value: ExactJson, path: string, mode: Mode) {
    const bytes = this.#bytesOf(node, value, path, mode)
    if (bytes === null) return
    if (node.type === 'bytes') return this.#putSized(bytes)
    if (bytes.length !== node.size)
      return this.#refuse(path, `must be ${node.size} bytes, is ${bytes.length}`)
    this.#put(bytes)
  }

  #bytesOf(node: AvroNode, value: ExactJson, path: string, mode: Mode): Buffer | null {
    const { logicalType } = node
    if (logicalType === 'decimal' && value instanceof ExactNumber) {
      const written = decimalBytes(value, node)
      if ('bytes' in written) return written.bytes
      this.#refuse(path, written.problem)
      return null
    }
    if (logicalType === 'big-decimal' && value instanceof ExactNumber) {
      const decimal = decimalOf(value)
      if (!decimal) {
        this.#refuse(path, `${value.digits} has too many digits`)
        return null
      }
      const unscaled = twosComplement(decimal.unscaled)
      return Buffer.concat([varint(BigInt(unscaled.length)), unscaled, varint(BigInt(decimal.scale))])
    }
    if (typeof value === 'string') {
      // Defaults of a schema write bytes as characters 0 to 255 (Avro specification, "Complex Types").
      if (mode === 'default') return Buffer.from(value, 'latin1')
      const special =
        logicalType === 'duration'
          ? durationBytes(value)
          : logicalType === 'uuid' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
            ? Buffer.from(value.replaceAll('-', ''), 'hex')
            : null
      const bytes = special ?? bytesOfHex(value)
      if (bytes) return bytes
    }
    const like = logicalType?.endsWith('decimal')
      ? 'a number, or bytes as "0x" and hex digits'
      : 'bytes as "0x" and hex digits'
    this.#refuse(path, `must be ${like}, is ${kindOf(value)}`)
    return null
  }

  #list(node: AvroNode, value: ExactJson, path: string, mode: Mode) {
    if (!isList(value)) return this.#refuse(path, `must be a list, is ${kindOf(value)}`)
    const { items } = node
    if (value.length > 0 && items) {
      this.#put(varint(BigInt(value.length)))
      for (const [index, item] of value.entries()) this.write(items, item, atIndex(path, index), mode)
    }
    this.#put(Buffer.from([0]))
  }

  #map(node: AvroNode, value: ExactJson, path: string, mode: Mode) {
    if (!isDocument(value)) return this.#refuse(path, `must be an object of names, is ${kindOf(value)}`)
    const entries = Object.entries(value)
    const { items } = node
    if (entries.length > 0 && items) {
      this.#put(varint(BigInt(entries.length)))
      for (const [name, item] of entries) {
        this.#putSized(Buffer.from(name, 'utf8'))
        this.write(items, item, at(path, name), mode)
      }
    }
    this.#put(Buffer.from([0]))
  }

  #record(node: AvroNode, value: ExactJson, path: string, mode: Mode) {
    if (!isDocument(value)) return this.#refuse(path, `must be an object (${node.name}), is ${kindOf(value)}`)
    const known = new Set(node.fields.map(({ name }) => name))
    for (const name of Object.keys(value))
      if (!known.has(name)) this.#refuse(at(path, name), `the schema has no such field${likeOf(name, known)}`)
    for (const { name, type, fallback } of node.fields) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined
      if (given !== undefined) this.write(type, given, at(path, name), mode)
      else if (fallback !== undefined) this.write(type, fallback, at(path, name), 'default')
      else this.#refuse(at(path, name), `is missing, and the schema has no default for it (${wordOf(type)})`)
    }
  }

  #union(node: AvroNode, value: ExactJson, path: string, mode: Mode) {
    const tries: { readonly index: number; readonly sink: Sink }[] = []
    const attempt = (index: number, branch: AvroNode, inner: ExactJson, innerPath: string): boolean => {
      const sink: Sink = { parts: [], problems: [] }
      new Writer(sink).write(branch, inner, innerPath, mode)
      tries.push({ index, sink })
      if (sink.problems.length > 0) return false
      this.#put(varint(BigInt(index)))
      this.#sink.parts.push(...sink.parts)
      return true
    }
    const bare = (): boolean => node.branches.some((branch, index) => attempt(index, branch, value, path))
    const wrapped = (): boolean => {
      const [entry, ...more] = isDocument(value) ? Object.entries(value) : []
      if (!entry || more.length > 0 || mode === 'default') return false
      const index = node.branches.findIndex((branch) => branchName(branch) === entry[0])
      const found = index >= 0 ? index : node.branches.findIndex((branch) => shortName(branch) === entry[0])
      const branch = node.branches[found]
      return branch !== undefined && attempt(found, branch, entry[1], at(path, entry[0]))
    }
    const isAmbiguous = new Set(node.branches.map(bucketOf)).size < node.branches.length
    if (isAmbiguous ? wrapped() || bare() : bare() || wrapped()) return
    // What fits a branch best has been read furthest into it; a value of another kind says only that at its root.
    const deep = tries.filter(({ sink }) => sink.problems.some((problem) => problem.path !== path))
    const others = node.branches.filter(({ type }) => type !== 'null')
    const [first] =
      deep.length > 0
        ? deep
        : others.length === 1
          ? tries.filter(({ index }) => node.branches[index] === others[0])
          : []
    if (first) for (const problem of first.sink.problems) this.#refuse(problem.path, problem.message)
    else this.#refuse(path, `${kindOf(value)} is none of ${node.branches.map(wordOf).join(', ')}`)
  }
}

const wordOf = (node: AvroNode): string =>
  node.logicalType === null ? branchName(node) : `${branchName(node)} (${node.logicalType})`

const likeOf = (name: string, known: ReadonlySet<string>): string => {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, '')
  const meant = [...known].find((one) => plain(one) === plain(name))
  return meant === undefined ? '' : `; it has ${meant}`
}

/**
 * Compiles an Avro schema with its references to an encoder of JSON, as decoded payloads show it: longs and decimals by
 * their digits, bytes as `0x…`, times in ISO 8601 or as their numbers, unions bare or as `{"branch": value}`. Every
 * problem names its field. Throws when the schema itself can not be read. Avro 1.12, "Binary Encoding".
 */
export const compileAvroEncoder = (
  schema: Pick<PayloadSchema, 'text' | 'references'>,
): ((value: ExactJson) => Encoded) => {
  const root = readAvroSchema(
    schema.text,
    schema.references.map(({ text }) => text),
  )
  return (value) => {
    const sink: Sink = { parts: [], problems: [] }
    new Writer(sink).write(root, value, '', 'value')
    return sink.problems.length > 0
      ? { ok: false, problems: sink.problems }
      : { ok: true, bytes: Buffer.concat(sink.parts) }
  }
}
