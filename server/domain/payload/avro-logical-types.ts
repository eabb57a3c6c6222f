import avro from 'avsc'
import { ExactNumber, scaledNumber, tooLongForDigits, WithRaw } from './json-text.ts'
import { isoDate, isoTime, isoTimeOfDay } from './time-words.ts'

/** An unscaled big-endian two's complement integer (Avro specification, "Decimal"). */
const unscaledOf = (bytes: Uint8Array): bigint => {
  const hex = Buffer.from(bytes).toString('hex')
  return hex === '' ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`))
}

/** Its digits with the point put in. */
const decimalOf = (bytes: Uint8Array, scale: number, type: string): unknown =>
  tooLongForDigits(bytes, `a ${type} of scale ${scale}`) ?? scaledNumber(unscaledOf(bytes), BigInt(-scale))

/** A scale that a schema names beyond this would cost more digits than anyone reads. */
const mostDigits = 10_000

type Schema = { readonly scale?: unknown; readonly logicalType?: string }

/** A logical type that is only read: `words` is given what the underlying type reads. */
const readOnly = (words: (value: unknown, schema: Schema) => unknown) =>
  class extends avro.types.LogicalType {
    readonly #schema: Schema
    constructor(schema: Schema, options: object) {
      super(schema as never, options as never)
      this.#schema = schema
    }
    override _fromValue(value: unknown): unknown {
      return words(value, this.#schema)
    }
    override _toValue(): never {
      throw new Error('logical types are only read')
    }
  } as never

const scaleOf = ({ scale }: Schema): number => {
  const given = typeof scale === 'number' && Number.isInteger(scale) ? scale : 0
  if (Math.abs(given) > mostDigits) throw new Error(`a scale of ${given} is beyond what is read`)
  return given
}

const inWords = (words: (value: bigint) => string | null) =>
  readOnly((value, { logicalType = '' }) => {
    const text = words(BigInt(value as bigint | number))
    return text === null ? value : new WithRaw(text, String(value), logicalType)
  })

/** An Avro duration: months, days and milliseconds, each 32 bits little-endian and unsigned. */
const durationText = (bytes: Uint8Array): string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [months, days, ms] = [0, 4, 8].map((at) => view.getUint32(at, true)) as [number, number, number]
  return `P${months}M${days}DT${new ExactNumber(decimalMs(ms)).digits}S`
}
const decimalMs = (ms: number): string => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`

/** Zigzag varint of at most 5 bytes. */
const readInt = (bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } => {
  let raw = 0
  for (let index = 0; index < 5; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) break
    raw += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value: (raw >>> 1) ^ -(raw & 1), next: at + index + 1 }
  }
  throw new Error('a big-decimal ends before its scale does')
}

/** `big-decimal` (Avro 1.12): bytes that hold the unscaled integer with its length, then the scale. */
const bigDecimal = (bytes: Uint8Array): unknown => {
  const length = readInt(bytes, 0)
  const end = length.next + length.value
  if (length.value < 0 || end > bytes.length) throw new Error('a big-decimal is cut short')
  const { value: scale } = readInt(bytes, end)
  return decimalOf(bytes.subarray(length.next, end), scaleOf({ scale }), 'big-decimal')
}

const uuidOf = (value: unknown): unknown =>
  value instanceof Uint8Array && value.length === 16
    ? Buffer.from(value)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    : value

/** Avro's logical types (specification 1.12), as what they mean: exact decimals, times in ISO 8601 with their number. */
export const logicalTypes = {
  decimal: readOnly((value, schema) => decimalOf(value as Uint8Array, scaleOf(schema), 'decimal')),
  'big-decimal': readOnly((value) => bigDecimal(value as Uint8Array)),
  uuid: readOnly(uuidOf),
  date: inWords((value) => isoDate(Number(value))),
  'time-millis': inWords((value) => isoTimeOfDay(value, 3)),
  'time-micros': inWords((value) => isoTimeOfDay(value, 6)),
  'timestamp-millis': inWords((value) => isoTime(value, 3)),
  'timestamp-micros': inWords((value) => isoTime(value, 6)),
  'timestamp-nanos': inWords((value) => isoTime(value, 9)),
  'local-timestamp-millis': inWords((value) => isoTime(value, 3, '')),
  'local-timestamp-micros': inWords((value) => isoTime(value, 6, '')),
  'local-timestamp-nanos': inWords((value) => isoTime(value, 9, '')),
  duration: readOnly((value) => {
    const bytes = value as Uint8Array
    return bytes.length === 12
      ? new WithRaw(durationText(bytes), `0x${Buffer.from(bytes).toString('hex')}`, 'duration')
      : bytes
  }),
}
