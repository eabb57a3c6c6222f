import protobuf from 'protobufjs'
import { deepestJson, WithRaw } from './json-text.ts'
import { isoTime } from './time-words.ts'

type Fields = Readonly<Record<string, unknown>>
const own = (message: object, name: string): unknown =>
  Object.hasOwn(message, name) ? (message as Fields)[name] : undefined

const bigOf = (value: unknown): bigint => (value === undefined ? 0n : BigInt(String(value)))

const nanosText = (nanos: number): string => {
  if (nanos === 0) return ''
  const digits = String(Math.abs(nanos)).padStart(9, '0')
  return `.${digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits}`
}

const camel = (path: string): string => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

type Form = (message: object, type: protobuf.Type, depth: number) => unknown
const bare: Form = (message, type) => {
  const field = type.fieldsArray[0]
  if (!field) return null
  const value = own(message, 'value')
  if (value !== undefined) return value
  return field.type === 'string'
    ? ''
    : field.type === 'bool'
      ? false
      : field.type === 'bytes'
        ? new Uint8Array()
        : 0
}

/** JSON forms of Google's well-known types (ProtoJSON format, "Well-Known Types"). */
const wellKnown: Readonly<Record<string, Form>> = {
  '.google.protobuf.Timestamp': (message) => {
    const seconds = bigOf(own(message, 'seconds'))
    const nanos = Number(own(message, 'nanos') ?? 0)
    const text = isoTime(seconds, 3) === null ? null : isoTime(seconds * 1000n, 3)
    if (text === null || nanos < 0 || nanos > 999_999_999) return { seconds, nanos }
    return new WithRaw(
      `${text.slice(0, 19)}${nanosText(nanos)}Z`,
      `${seconds}${nanos === 0 ? '' : ` s + ${nanos} ns`}`,
      'google.protobuf.Timestamp',
    )
  },
  '.google.protobuf.Duration': (message) => {
    const seconds = bigOf(own(message, 'seconds'))
    const nanos = Number(own(message, 'nanos') ?? 0)
    if (Math.abs(nanos) > 999_999_999) return { seconds, nanos }
    const sign = seconds < 0n || nanos < 0 ? '-' : ''
    return `${sign}${seconds < 0n ? -seconds : seconds}${nanosText(nanos)}s`
  },
  '.google.protobuf.FieldMask': (message) =>
    ((own(message, 'paths') as readonly string[] | undefined) ?? []).map(camel).join(','),
  '.google.protobuf.Empty': () => ({}),
  '.google.protobuf.Struct': (message, type, depth) => fieldsOf(message, type, depth).fields ?? {},
  '.google.protobuf.ListValue': (message, type, depth) => fieldsOf(message, type, depth).values ?? [],
  '.google.protobuf.Value': (message, type, depth) => {
    const fields = fieldsOf(message, type, depth)
    const [name] = Object.keys(fields)
    return name === undefined || name === 'null_value' || name === 'nullValue' ? null : fields[name]
  },
  '.google.protobuf.Any': (message, type, depth) => {
    const url = String(own(message, 'type_url') ?? own(message, 'typeUrl') ?? '')
    const value = (own(message, 'value') ?? new Uint8Array()) as Uint8Array
    const packed = { '@type': url, value }
    try {
      const inner = type.root.lookupType(url.slice(url.lastIndexOf('/') + 1))
      const form = jsonForm(inner.decode(value), inner, depth + 1)
      return inner.fullName in wellKnown || typeof form !== 'object'
        ? { '@type': url, value: form }
        : { '@type': url, ...form }
    } catch {
      return packed
    }
  },
}
for (const name of ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'])
  Object.assign(wellKnown, { [`.google.protobuf.${name}Value`]: bare })

const formOf = (value: unknown, field: protobuf.Field, depth: number): unknown => {
  const type = field.resolvedType
  if (type instanceof protobuf.Enum)
    return type.fullName === '.google.protobuf.NullValue' ? null : (type.valuesById[Number(value)] ?? value)
  return type instanceof protobuf.Type ? jsonForm(value as object, type, depth + 1) : value
}

/** Keys of 64 bits are kept by protobufjs as eight characters of their bytes. */
const keyOf = (key: string, field: protobuf.MapField): string =>
  field.keyType.endsWith('64')
    ? String(protobuf.util.longFromKey(key, field.keyType === 'uint64' || field.keyType === 'fixed64'))
    : key

const fieldsOf = (message: object, type: protobuf.Type, depth: number): Record<string, unknown> => {
  const out: Record<string, unknown> = {}
  const fields = [...type.fieldsArray].sort((a, b) => a.id - b.id)
  for (const field of fields) {
    const value = own(message, field.name)
    if (value === undefined || value === null) continue
    if (field instanceof protobuf.MapField) {
      const entries = Object.entries(value as object)
      if (entries.length > 0)
        out[field.name] = new Map(
          entries.map(([key, item]) => [keyOf(key, field), formOf(item, field, depth)] as const),
        )
    } else if (field.repeated) {
      const items = value as readonly unknown[]
      if (items.length > 0) out[field.name] = items.map((item) => formOf(item, field, depth))
    } else out[field.name] = formOf(value, field, depth)
  }
  return out
}

/**
 * A decoded message as ProtoJSON shows it: fields that are on the wire in the order of their numbers, enums by name,
 * well-known types in their own forms, 64-bit numbers with every digit. Names stand as in the .proto file.
 */
export const jsonForm = (message: object, type: protobuf.Type, depth = 0): unknown => {
  if (depth > deepestJson) throw new Error(`it is nested deeper than ${deepestJson} levels`)
  const form = wellKnown[type.fullName]
  return form ? form(message, type, depth) : fieldsOf(message, type, depth)
}
