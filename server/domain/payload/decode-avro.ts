import avro from 'avsc'
import { ExactNumber } from './json-text.ts'
import type { PayloadSchema } from './payload-schema.ts'

/** Longs as bigints: avsc's own type throws above 2^53. */
const exactLong = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(value)
    return buffer
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
})

/** Digits of an unscaled big-endian two's complement integer with the point put in (Avro specification, "Decimal"). */
export const decimalText = (bytes: Uint8Array, scale: number): string => {
  const hex = Buffer.from(bytes).toString('hex')
  const unscaled = hex === '' ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`))
  if (scale <= 0) return (unscaled * 10n ** BigInt(-scale)).toString()
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

class DecimalType extends avro.types.LogicalType {
  readonly #scale: number
  constructor(schema: { scale?: number }, options: object) {
    super(schema as never, options as never)
    this.#scale = schema.scale ?? 0
  }
  override _fromValue(value: unknown): ExactNumber {
    return new ExactNumber(decimalText(value as Uint8Array, this.#scale))
  }
  override _toValue(): never {
    throw new Error('decimals are only read')
  }
}

/** Compiles an Avro schema with its references. The answer decodes a whole buffer and throws when it does not fit. */
export const compileAvro = (schema: PayloadSchema): ((bytes: Buffer) => unknown) => {
  const registry: Record<string, avro.Type> = { long: exactLong as unknown as avro.Type }
  const options = { registry, logicalTypes: { decimal: DecimalType as never } }
  for (const reference of schema.references) avro.Type.forSchema(JSON.parse(reference.text), options)
  const type = avro.Type.forSchema(JSON.parse(schema.text), options)
  return (bytes) => type.fromBuffer(bytes)
}
