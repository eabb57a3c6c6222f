import { compareRules } from './compare-json-rules.ts'
import { below, breaks, changeOf, fine, risk, type SchemaChange } from './schema-change.ts'

export type JsonSchema = Readonly<Record<string, unknown>> | boolean
type Side = { readonly root: JsonSchema }
type Seen = Set<string>

/**
 * What differs between two versions of a JSON Schema and for whom it breaks: a reader is taken to validate what it reads.
 * References within the document are followed; of others only the address counts. Throws when a text is no JSON.
 */
export const compareJsonSchema = (
  before: { readonly text: string },
  after: { readonly text: string },
): SchemaChange[] => {
  const [old, fresh] = [JSON.parse(before.text) as JsonSchema, JSON.parse(after.text) as JsonSchema]
  return compare(old, fresh, '', { root: old }, { root: fresh }, new Set())
}

const compare = (
  before: JsonSchema,
  after: JsonSchema,
  path: string,
  old: Side,
  fresh: Side,
  seen: Seen,
): SchemaChange[] => {
  const pair = `${refOf(before)}→${refOf(after)}`
  if (pair !== '→') {
    if (seen.has(pair)) return []
    seen.add(pair)
  }
  const [was, is] = [follow(before, old), follow(after, fresh)]
  if (JSON.stringify(was) === JSON.stringify(is) && refOf(before) === '' && !holdsReference(was)) return []
  return [
    ...compareTypes(was, is, path),
    ...compareProperties(was, is, path, old, fresh, seen),
    ...compareRules(was, is, path),
    ...compareItems(was, is, path, old, fresh, seen),
  ]
}

const refOf = (schema: JsonSchema): string =>
  typeof schema === 'object' && typeof schema.$ref === 'string' ? schema.$ref : ''
const holdsReference = (schema: JsonSchema): boolean => JSON.stringify(schema).includes('"$ref"')

type Rules = Readonly<Record<string, unknown>>
const nothing: Rules = {}

/** The schema behind a reference within the document (`#/definitions/Line`); any other stays as it is. */
const follow = (schema: JsonSchema, { root }: Side, depth = 0): Rules => {
  if (typeof schema === 'boolean') return schema ? nothing : { not: {} }
  const { $ref } = schema
  if (typeof $ref !== 'string' || !$ref.startsWith('#') || depth > 20) return schema
  let found: unknown = root
  for (const part of $ref.slice(1).split('/').filter(Boolean))
    found = (found as Rules | undefined)?.[decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~')]
  if (found === undefined || found === null) return schema
  return { ...follow(found as JsonSchema, { root }, depth + 1), ...withoutRef(schema) }
}
const withoutRef = ({ $ref: _, ...rest }: Rules): Rules => rest

/** The types that a schema allows, or null for all. A whole number is a number. */
export const typesOf = ({ type }: Rules): readonly string[] | null =>
  typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : null

const allows = (types: readonly string[] | null, one: string): boolean =>
  types === null || types.includes(one) || (one === 'integer' && types.includes('number'))

const compareTypes = (was: Rules, is: Rules, path: string): SchemaChange[] => {
  const [before, after] = [typesOf(was), typesOf(is)]
  const say = (types: readonly string[] | null) => types?.join(' or ') ?? 'anything'
  const lost =
    before === null ? (after === null ? [] : ['anything else']) : before.filter((one) => !allows(after, one))
  const gained =
    after === null ? (before === null ? [] : ['anything else']) : after.filter((one) => !allows(before, one))
  if (lost.length === 0 && gained.length === 0) return []
  const refuse = (who: string, types: readonly string[]) =>
    types.length === 0
      ? fine(`${who} accept every value.`)
      : breaks(`${who} refuse values of type ${types.join(' and ')}.`)
  return [
    changeOf(
      path,
      lost.length === 0 ? 'type widened' : gained.length === 0 ? 'type narrowed' : 'type changed',
      `${path || 'The value'} was ${say(before)} and is now ${say(after)}.`,
      refuse('New readers of old data', lost),
      refuse('Old readers of new data', gained),
    ),
  ]
}

const record = (value: unknown): Readonly<Record<string, JsonSchema>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, JsonSchema>) : {}
const names = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

const compareProperties = (
  was: Rules,
  is: Rules,
  path: string,
  old: Side,
  fresh: Side,
  seen: Seen,
): SchemaChange[] => {
  const [before, after] = [record(was.properties), record(is.properties)]
  const [needed, needs] = [names(was.required), names(is.required)]
  const removed = Object.keys(before).filter((name) => !(name in after))
  const added = Object.keys(after).filter((name) => !(name in before))
  const both = Object.keys(before).filter((name) => name in after)
  return [
    ...removed.map((name) => propertyRemoved(name, path, needed.includes(name), isClosed(is))),
    ...added.map((name) => propertyAdded(name, path, needs.includes(name), isClosed(was))),
    ...both.flatMap((name) =>
      compare(before[name] ?? {}, after[name] ?? {}, below(path, name), old, fresh, seen),
    ),
    ...needs
      .filter((name) => !needed.includes(name) && !added.includes(name))
      .map((name) => nowRequired(name, path)),
    ...needed
      .filter((name) => !needs.includes(name) && !removed.includes(name))
      .map((name) => notRequired(name, path)),
  ]
}
const isClosed = (schema: Rules): boolean => schema.additionalProperties === false

const propertyRemoved = (name: string, path: string, wasNeeded: boolean, nowClosed: boolean): SchemaChange =>
  changeOf(
    below(path, name),
    'field removed',
    `${below(path, name)} is gone${wasNeeded ? '; it was required' : ''}.`,
    nowClosed
      ? breaks('New readers of old data refuse it: further properties are not allowed.')
      : fine('New readers of old data accept it as a further property.'),
    wasNeeded
      ? breaks('Old readers of new data refuse it: they require the property.')
      : nowClosed
        ? fine('Old readers of new data do without it.')
        : risk('New data may hold a further property of this name that does not fit the old rules.'),
  )

const propertyAdded = (name: string, path: string, isNeeded: boolean, wasClosed: boolean): SchemaChange =>
  changeOf(
    below(path, name),
    'field added',
    `${below(path, name)} is new${isNeeded ? ' and required' : ''}.`,
    isNeeded
      ? breaks('New readers refuse old data, which does not have it.')
      : wasClosed
        ? fine('New readers of old data do without it.')
        : risk('Old data may hold a further property of this name that does not fit.'),
    wasClosed
      ? breaks('Old readers refuse new data: further properties are not allowed.')
      : fine('Old readers of new data accept it as a further property.'),
  )

const nowRequired = (name: string, path: string): SchemaChange =>
  changeOf(
    below(path, name),
    'now required',
    `${below(path, name)} is now required.`,
    breaks('New readers refuse old data without it.'),
    fine('Old readers of new data always find it.'),
  )

const notRequired = (name: string, path: string): SchemaChange =>
  changeOf(
    below(path, name),
    'no longer required',
    `${below(path, name)} is no longer required.`,
    fine('New readers of old data always find it.'),
    breaks('Old readers refuse new data without it.'),
  )

const compareItems = (
  was: Rules,
  is: Rules,
  path: string,
  old: Side,
  fresh: Side,
  seen: Seen,
): SchemaChange[] =>
  Array.isArray(was.items) || Array.isArray(is.items) || (was.items === undefined && is.items === undefined)
    ? []
    : compare((was.items ?? {}) as JsonSchema, (is.items ?? {}) as JsonSchema, `${path}[]`, old, fresh, seen)
