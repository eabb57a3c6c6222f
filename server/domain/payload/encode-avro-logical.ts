import type { AvroNode } from './avro-names.ts'
import { decimalOf, type ExactJson, rescale } from './exact-json.ts'
import { ExactNumber } from './json-text.ts'
import { daysOfIsoDate, unitsOfIsoTime, unitsOfTimeOfDay } from './read-time-words.ts'

/** The shortest big-endian two's complement of an integer (Avro specification, "Decimal"). */
export const twosComplement = (value: bigint): Buffer => {
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length += 1
  return Buffer.from(
    BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, '0'),
    'hex',
  )
}

type Written = { readonly bytes: Buffer } | { readonly problem: string }

/** A decimal of a schema's precision and scale, in `size` bytes or the fewest it needs. */
export const decimalBytes = (number: ExactNumber, { precision, scale, type, size }: AvroNode): Written => {
  const decimal = decimalOf(number)
  const unscaled = decimal && rescale(decimal.unscaled, decimal.scale, scale)
  if (!decimal || unscaled === null)
    return {
      problem: `${number.digits} has more than the ${scale} digits behind the point that the schema keeps`,
    }
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().length
  if (precision > 0 && digits > precision && unscaled !== 0n)
    return {
      problem: `${number.digits} needs ${digits} digits; the schema keeps ${precision}, ${scale} of them behind the point`,
    }
  const bytes = twosComplement(unscaled)
  if (type !== 'fixed') return { bytes }
  if (bytes.length > size) return { problem: `${number.digits} does not fit into ${size} bytes` }
  return { bytes: Buffer.concat([Buffer.alloc(size - bytes.length, unscaled < 0n ? 0xff : 0), bytes]) }
}

const units = {
  date: { read: daysOfIsoDate, like: '2026-11-21' },
  'time-millis': { read: (text: string) => unitsOfTimeOfDay(text, 3), like: '03:04:05.123' },
  'time-micros': { read: (text: string) => unitsOfTimeOfDay(text, 6), like: '03:04:05.123456' },
  'timestamp-millis': { read: (text: string) => unitsOfIsoTime(text, 3), like: '2026-11-21T03:04:05.123Z' },
  'timestamp-micros': {
    read: (text: string) => unitsOfIsoTime(text, 6),
    like: '2026-11-21T03:04:05.123456Z',
  },
  'timestamp-nanos': {
    read: (text: string) => unitsOfIsoTime(text, 9),
    like: '2026-11-21T03:04:05.123456789Z',
  },
  'local-timestamp-millis': {
    read: (text: string) => unitsOfIsoTime(text, 3, false),
    like: '2026-11-21T03:04:05.123',
  },
  'local-timestamp-micros': {
    read: (text: string) => unitsOfIsoTime(text, 6, false),
    like: '2026-11-21T03:04:05.123456',
  },
  'local-timestamp-nanos': {
    read: (text: string) => unitsOfIsoTime(text, 9, false),
    like: '2026-11-21T03:04:05.123456789',
  },
} as const satisfies Record<string, { read: (text: string) => bigint | null; like: string }>

/**
 * The number behind a time in words, where the schema names it as one: a text becomes a number, anything else stays.
 * A text that is no such time is a problem that shows one.
 */
export const numberOfTime = (
  value: ExactJson,
  { logicalType }: AvroNode,
): { readonly value: ExactJson } | { readonly problem: string } => {
  const unit = units[logicalType as keyof typeof units]
  if (typeof value !== 'string' || !unit) return { value }
  const number = unit.read(value)
  return number === null
    ? { problem: `is no ${logicalType}: write it as "${unit.like}", or as its number` }
    : { value: new ExactNumber(number.toString()) }
}

/** An Avro duration, `P1M2DT3.004S`: months, days and milliseconds, 32 bits little-endian each. */
export const durationBytes = (text: string): Buffer | null => {
  const parts = /^P(\d+)M(\d+)DT(\d+)(?:\.(\d{1,3}))?S$/.exec(text)
  if (!parts) return null
  const ms = Number(parts[3]) * 1000 + Number((parts[4] ?? '').padEnd(3, '0'))
  const numbers = [Number(parts[1]), Number(parts[2]), ms]
  if (numbers.some((number) => number > 0xffffffff)) return null
  const bytes = Buffer.alloc(12)
  numbers.forEach((number, index) => {
    bytes.writeUInt32LE(number, index * 4)
  })
  return bytes
}
