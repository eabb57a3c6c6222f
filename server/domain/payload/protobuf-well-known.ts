import { type ExactJson, isDocument, isList, kindOf, wholeOf } from './exact-json.ts'
import { ExactNumber } from './json-text.ts'
import { unitsOfIsoTime } from './read-time-words.ts'

type Form = (value: ExactJson) => ExactJson | { readonly problem: string }

const number = (value: bigint | number): ExactNumber => new ExactNumber(String(value))
const problem = (value: ExactJson, like: string) => ({ problem: `must be ${like}, is ${kindOf(value)}` })

/** Seconds and nanoseconds of a text such as `-1.5s`. */
const durationOf: Form = (value) => {
  if (isDocument(value)) return value
  const parts = typeof value === 'string' ? /^(-?)(\d+)(?:\.(\d{1,9}))?s$/.exec(value) : null
  if (!parts) return problem(value, 'a duration such as "1.5s"')
  const sign = parts[1] === '-' ? -1n : 1n
  return {
    seconds: number(sign * BigInt(parts[2] ?? '0')),
    nanos: number(sign * BigInt((parts[3] ?? '').padEnd(9, '0'))),
  }
}

const timestampOf: Form = (value) => {
  if (isDocument(value)) return value
  const nanos = typeof value === 'string' ? unitsOfIsoTime(value, 9) : null
  if (nanos === null) return problem(value, 'a time such as "2026-11-21T03:04:05.123Z"')
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return { seconds: number((nanos - rest) / 1_000_000_000n), nanos: number(rest) }
}

const snake = (path: string): string => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const anyValueOf: Form = (value) => {
  if (value === null) return { null_value: number(0) }
  if (typeof value === 'boolean') return { bool_value: value }
  if (typeof value === 'string') return { string_value: value }
  if (value instanceof ExactNumber) return { number_value: value }
  return isList(value) ? { list_value: value } : { struct_value: value }
}

const bare: Form = (value) => (value === null ? {} : { value })

/**
 * From the JSON forms of Google's well-known types (ProtoJSON format, "Well-Known Types") to their plain fields, by the
 * name of the type.
 */
export const wellKnownForms: Readonly<Record<string, Form>> = {
  '.google.protobuf.Timestamp': timestampOf,
  '.google.protobuf.Duration': durationOf,
  '.google.protobuf.FieldMask': (value) =>
    typeof value === 'string'
      ? { paths: value === '' ? [] : value.split(',').map(snake) }
      : problem(value, 'paths in one text such as "user.displayName,photo"'),
  '.google.protobuf.Struct': (value) => (isDocument(value) ? { fields: value } : problem(value, 'an object')),
  '.google.protobuf.ListValue': (value) => (isList(value) ? { values: value } : problem(value, 'a list')),
  '.google.protobuf.Value': anyValueOf,
  ...Object.fromEntries(
    ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map((name) => [
      `.google.protobuf.${name}Value`,
      bare,
    ]),
  ),
}

/** Whether a number fits 32 or 64 bits of a Protobuf scalar, as a whole number. */
export const wholeWithin = (value: ExactJson, bits: 32 | 64, unsigned: boolean): bigint | null => {
  // ProtoJSON writes 64-bit numbers as text; both are taken.
  const written = typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? new ExactNumber(value) : value
  const whole = written instanceof ExactNumber ? wholeOf(written) : null
  if (whole === null) return null
  return (unsigned ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole)) === whole ? whole : null
}
