import protobuf from 'protobufjs'
import { breaks, changeOf, type EffectOf, fine, risk, type SchemaChange } from './schema-change.ts'

type File = {
  readonly messages: ReadonlyMap<string, protobuf.Type>
  readonly enums: ReadonlyMap<string, protobuf.Enum>
  readonly isProto3: boolean
}

const collect = (
  space: protobuf.NamespaceBase,
  prefix: string,
  messages: Map<string, protobuf.Type>,
  enums: Map<string, protobuf.Enum>,
): void => {
  for (const one of space.nestedArray) {
    const name = prefix === '' ? one.name : `${prefix}.${one.name}`
    if (one instanceof protobuf.Type) {
      messages.set(name, one)
      collect(one, name, messages, enums)
    } else if (one instanceof protobuf.Enum) enums.set(name, one)
  }
}

/** The messages and enums of a .proto text by their name without the package. What it imports is known by name only. */
const readProtobuf = (text: string): File => {
  const root = new protobuf.Root()
  const { package: packageName } = protobuf.parse(text, root, { keepCase: true })
  const messages = new Map<string, protobuf.Type>()
  const enums = new Map<string, protobuf.Enum>()
  const space = packageName ? root.lookup(packageName) : root
  collect((space ?? root) as protobuf.NamespaceBase, '', messages, enums)
  return { messages, enums, isProto3: /syntax\s*=\s*["']proto3["']/.test(text) }
}

/**
 * What differs between two versions of a .proto text and for whom it breaks, on the wire (Protocol Buffers, "Updating A
 * Message Type"). Fields are known by their number. Throws when one of them does not parse; the message says why.
 */
export const compareProtobuf = (
  before: { readonly text: string },
  after: { readonly text: string },
): SchemaChange[] => {
  const [old, fresh] = [readProtobuf(before.text), readProtobuf(after.text)]
  return [
    ...[...old.messages].flatMap(([name, message]) => {
      const match = fresh.messages.get(name)
      return match ? compareMessages(message, match, name) : [messageRemoved(name)]
    }),
    ...[...fresh.messages.keys()].filter((name) => !old.messages.has(name)).map(messageAdded),
    ...[...old.enums].flatMap(([name, values]) => {
      const match = fresh.enums.get(name)
      return match ? compareEnums(values, match, name, fresh.isProto3) : []
    }),
  ]
}

const messageRemoved = (name: string): SchemaChange =>
  changeOf(
    name,
    'message removed',
    `The message ${name} is gone.`,
    breaks(`New readers of old data do not know ${name}.`),
    fine('Old readers of new data see no such message.'),
  )

const messageAdded = (name: string): SchemaChange =>
  changeOf(
    name,
    'message added',
    `The message ${name} is new.`,
    fine('New readers of old data see no such message.'),
    risk(`Old readers do not know ${name} when it is sent as a message of its own.`),
  )

const isMap = (field: protobuf.FieldBase): boolean => field instanceof protobuf.MapField
/** As it is written: the library tells it by features, which are not there before every import is resolved. */
const isRequired = (field: protobuf.Field): boolean => field.rule === 'required'
const typeOf = (field: protobuf.FieldBase): string => {
  const type = field instanceof protobuf.MapField ? `map<${field.keyType}, ${field.type}>` : field.type
  return field.repeated ? `repeated ${type}` : type
}
const fieldsOf = (message: protobuf.Type): ReadonlyMap<number, protobuf.Field> =>
  new Map(message.fieldsArray.map((field) => [field.id, field]))

const compareMessages = (old: protobuf.Type, fresh: protobuf.Type, name: string): SchemaChange[] => {
  const [before, after] = [fieldsOf(old), fieldsOf(fresh)]
  return [
    ...[...before].flatMap(([id, field]) => {
      const match = after.get(id)
      return match ? compareField(field, match, name) : [fieldRemoved(field, fresh, name)]
    }),
    ...[...after].filter(([id]) => !before.has(id)).map(([, field]) => fieldAdded(field, before, name)),
    ...compareOneofs(old, fresh, name),
  ]
}

const fieldRemoved = (field: protobuf.Field, fresh: protobuf.Type, name: string): SchemaChange => {
  const moved = fresh.fieldsArray.find((one) => one.name === field.name)
  const reserved = fresh.isReservedId(field.id)
  const note = reserved ? '' : ` Its number ${field.id} is not reserved: a later field may take it.`
  return changeOf(
    `${name}.${field.name}`,
    'field removed',
    moved
      ? `${field.name} was number ${field.id} and is now ${moved.id}.`
      : `${field.name} (${typeOf(field)}, number ${field.id}) is gone.${note}`,
    moved
      ? breaks(`New readers of old data do not find ${field.name} at number ${moved.id}: it reads as empty.`)
      : fine('New readers of old data skip it.'),
    isRequired(field)
      ? breaks(`Old readers of new data fail: ${field.name} is required.`)
      : moved
        ? breaks(
            `Old readers of new data do not find ${field.name} at number ${field.id}: it reads as empty.`,
          )
        : fine('Old readers of new data find it empty.'),
  )
}

const fieldAdded = (
  field: protobuf.Field,
  before: ReadonlyMap<number, protobuf.Field>,
  name: string,
): SchemaChange => {
  const isMoved = [...before.values()].some((one) => one.name === field.name)
  return changeOf(
    `${name}.${field.name}`,
    'field added',
    `${field.name} (${typeOf(field)}) has the ${isMoved ? 'other' : 'new'} number ${field.id}.`,
    isRequired(field)
      ? breaks(`New readers of old data fail: ${field.name} is required and is not there.`)
      : fine('New readers of old data find it empty.'),
    fine('Old readers of new data skip it.'),
  )
}

/** Types that read each other's bytes on the wire; within a group a wider one loses digits when read as a narrower. */
const wireGroups: readonly (readonly string[])[] = [
  ['bool', 'int32', 'uint32', 'int64', 'uint64'],
  ['sint32', 'sint64'],
  ['fixed32', 'sfixed32'],
  ['fixed64', 'sfixed64'],
  ['string', 'bytes'],
]
const widths: Readonly<Record<string, number>> = {
  bool: 1,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
  sint32: 32,
  sint64: 64,
  string: 1,
  bytes: 2,
}

const readAs = (writer: string, reader: string, who: string): EffectOf => {
  const group = wireGroups.find((one) => one.includes(writer) && one.includes(reader))
  if (!group) return breaks(`${who} read ${writer} as ${reader}: the values are wrong or refused.`)
  const isSigned = (type: string) => !type.startsWith('u') && type !== 'fixed32' && type !== 'fixed64'
  if ((widths[writer] ?? 0) > (widths[reader] ?? 0))
    return reader === 'string'
      ? risk(`${who} fail on bytes that are no UTF-8.`)
      : risk(`${who} cut values that do not fit into ${reader}.`)
  return isSigned(writer) === isSigned(reader) || writer === 'bool'
    ? fine(`${who} read every ${writer} as ${reader}.`)
    : risk(`${who} read values beyond the range of ${reader} wrongly.`)
}

const compareField = (old: protobuf.Field, fresh: protobuf.Field, name: string): SchemaChange[] => {
  const path = `${name}.${fresh.name}`
  const [was, is] = [typeOf(old), typeOf(fresh)]
  if (old.name !== fresh.name && was !== is)
    return [
      changeOf(
        path,
        'number reused',
        `Number ${fresh.id} was ${old.name} (${was}) and is now ${fresh.name} (${is}).`,
        breaks(`New readers of old data read ${old.name} as ${fresh.name}: the values are wrong or refused.`),
        breaks(`Old readers of new data read ${fresh.name} as ${old.name}: the values are wrong or refused.`),
      ),
    ]
  return [
    ...(old.name === fresh.name ? [] : [fieldRenamed(old, fresh, path)]),
    ...compareTypes(old, fresh, path),
    ...compareRequired(old, fresh, path),
  ]
}

const fieldRenamed = (old: protobuf.Field, fresh: protobuf.Field, path: string): SchemaChange => {
  const words = risk('On the wire only the number counts; readers of its JSON form look for the other name.')
  return changeOf(
    path,
    'field renamed',
    `Number ${fresh.id} was ${old.name} and is now ${fresh.name}.`,
    words,
    words,
  )
}

const compareTypes = (old: protobuf.Field, fresh: protobuf.Field, path: string): SchemaChange[] => {
  const [was, is] = [typeOf(old), typeOf(fresh)]
  if (was === is) return []
  const sentence = `${fresh.name} was ${was} and is now ${is}.`
  if (old.repeated !== fresh.repeated && old.type === fresh.type && !isMap(old) && !isMap(fresh)) {
    const several = risk('A reader of one value takes the last of several.')
    const one = fine('A reader of a list finds one value.')
    return [
      changeOf(
        path,
        fresh.repeated ? 'type widened' : 'type narrowed',
        sentence,
        fresh.repeated ? one : several,
        fresh.repeated ? several : one,
      ),
    ]
  }
  const comparable = old.repeated === fresh.repeated && !isMap(old) && !isMap(fresh)
  const effect = (writer: protobuf.Field, reader: protobuf.Field, who: string): EffectOf =>
    comparable
      ? readAs(writer.type, reader.type, who)
      : breaks(`${who} read ${typeOf(writer)} as ${typeOf(reader)}: the values are wrong or refused.`)
  const backward = effect(old, fresh, 'New readers of old data')
  const forward = effect(fresh, old, 'Old readers of new data')
  const kind =
    backward[0] === 'fine' && forward[0] !== 'fine'
      ? 'type widened'
      : forward[0] === 'fine' && backward[0] !== 'fine'
        ? 'type narrowed'
        : 'type changed'
  return [changeOf(path, kind, sentence, backward, forward)]
}

const compareRequired = (old: protobuf.Field, fresh: protobuf.Field, path: string): SchemaChange[] => {
  if (isRequired(old) === isRequired(fresh)) return []
  return isRequired(fresh)
    ? [
        changeOf(
          path,
          'now required',
          `${fresh.name} is now required.`,
          breaks('New readers of old data fail where it is missing.'),
          fine('Old readers of new data always find it.'),
        ),
      ]
    : [
        changeOf(
          path,
          'no longer required',
          `${fresh.name} is no longer required.`,
          fine('New readers of old data always find it.'),
          breaks('Old readers of new data fail where it is missing.'),
        ),
      ]
}

const memberNames = (message: protobuf.Type): ReadonlyMap<string, string> =>
  new Map(
    message.oneofsArray
      .filter((oneof) => !oneof.fieldsArray.some((field) => field.options?.proto3_optional === true))
      .flatMap((oneof) => oneof.fieldsArray.map((field) => [field.name, oneof.name] as const)),
  )

/** A field that was free and shares a oneof with others now: old data may hold several of them. */
const compareOneofs = (old: protobuf.Type, fresh: protobuf.Type, name: string): SchemaChange[] => {
  const [before, after] = [memberNames(old), memberNames(fresh)]
  const existed = new Set(old.fieldsArray.map((field) => field.name))
  const moved = [...after].filter(([field, oneof]) => existed.has(field) && before.get(field) !== oneof)
  return moved.map(([field, oneof]) =>
    changeOf(
      `${name}.${field}`,
      'rule tightened',
      `${field} is now part of the oneof ${oneof}.`,
      moved.filter(([, other]) => other === oneof).length > 1
        ? breaks(`New readers of old data keep only the last of the fields of ${oneof}.`)
        : risk(`New readers of old data keep ${field} only where no other field of ${oneof} follows it.`),
      fine('Old readers of new data read it as before.'),
    ),
  )
}

const compareEnums = (
  old: protobuf.Enum,
  fresh: protobuf.Enum,
  name: string,
  isOpen: boolean,
): SchemaChange[] => {
  const unknown = (who: string) =>
    isOpen
      ? risk(`${who} see the number without a name.`)
      : breaks(`${who} drop the value, as closed enums (proto2) do.`)
  return [
    ...Object.entries(old.values).flatMap(([symbol, number]) => {
      const now = fresh.valuesById[number]
      if (now === symbol) return []
      return [
        now === undefined
          ? changeOf(
              `${name}.${symbol}`,
              'symbol removed',
              `${symbol} (number ${number}) is gone.`,
              unknown('New readers of old data'),
              fine('Old readers of new data know every symbol.'),
            )
          : changeOf(
              `${name}.${symbol}`,
              'number reused',
              `Number ${number} was ${symbol} and is now ${now}.`,
              breaks(`New readers of old data read ${symbol} as ${now}.`),
              breaks(`Old readers of new data read ${now} as ${symbol}.`),
            ),
      ]
    }),
    ...Object.entries(fresh.values)
      .filter(([, number]) => old.valuesById[number] === undefined)
      .map(([symbol, number]) =>
        changeOf(
          `${name}.${symbol}`,
          'symbol added',
          `${symbol} (number ${number}) is new.`,
          fine('New readers of old data know every symbol.'),
          unknown('Old readers of new data'),
        ),
      ),
  ]
}
